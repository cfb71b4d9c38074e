// SPDX-License-Identifier: GPL-2.0-only
/*
 * SMMUv3 nesting: faults of a guest's stage 1, and the stalls that it resolves
 *
 * A master in a nesting domain has nested_faults. It and nested_reports are written
 * under both the domain's init_mutex and smmu->streams_mutex, and read under either.
 * The event thread and nested_respond() never take init_mutex, since that is held
 * while both are waited for.
 */
#include <linux/iommu_nesting_fault.h>
#include <linux/rbtree.h>
#include <linux/wait_bit.h>

#include "arm-smmu-v3-nested.h"

/* How long the event thread may take for one event beside answering it */
#define NESTED_EVT_TIMEOUT	(2 * HZ)

/*
 * Not tried again: the SMMU may have taken the command and given the STAG to a
 * younger stall by then.
 */
static int nested_respond(struct device *dev,
			  const struct iommu_fault_page_request *req, u32 code)
{
	struct arm_smmu_master *master = dev_iommu_priv_get(dev);
	u64 cmd[CMDQ_ENT_DWORDS];

	arm_smmu_nested_make_resume(cmd, master->streams[0].id, req->grpid,
				    code);
	if (!arm_smmu_nested_issue_once(master->smmu, cmd, 1))
		return 0;

	WRITE_ONCE(master->nested_unanswered, true);
	return -EIO;
}

/* Events that the event thread is done with */
static u32 nested_evts_done(struct arm_smmu_device *smmu)
{
	/* Pairs with nested_count_event() */
	return smp_load_acquire(&smmu->nested_evts);
}

/*
 * Wait until the event thread is done with what is in its queue now. It takes one
 * event after the other, so that the wait is bounded by the size of the queue.
 * Without an interrupt there is no such thread, and nobody is told of any event.
 */
static int nested_drain(struct arm_smmu_device *smmu)
{
	struct arm_smmu_queue *q = &smmu->evtq.q;
	u32 done = nested_evts_done(smmu);
	u32 target = arm_smmu_nested_evtq_target(done, readl(q->prod_reg),
						 q->llq.max_n_shift);

	if (!q->irq && !smmu->combined_irq)
		return 0;

	while ((s32)(target - done) > 0) {
		if (!wait_var_event_timeout(&smmu->nested_evts,
					    READ_ONCE(smmu->nested_evts) != done,
					    smmu->nested_timeout +
					    NESTED_EVT_TIMEOUT))
			return -EIO;
		done = nested_evts_done(smmu);
	}

	return 0;
}

/* In the event queue when the CMD_SYNC behind it completes (Arm IHI 0070, 4.6.2) */
static int nested_end_stalls(struct arm_smmu_master *master)
{
	u64 cmd[CMDQ_ENT_DWORDS];

	if (!arm_smmu_nested_stalls(master))
		return 0;

	arm_smmu_nested_make_stall_term(cmd, master->streams[0].id);
	return arm_smmu_nested_issue(master->smmu, cmd, 1);
}

/*
 * After a reset: what the device sent before stalls for nobody any more. It has not
 * been told to do anything yet, so that there are no stalls of its new life to end.
 */
static void nested_drain_device(struct device *dev)
{
	struct arm_smmu_master *master = dev_iommu_priv_get(dev);

	if (!nested_end_stalls(master) && !nested_drain(master->smmu))
		return;

	dev_err_ratelimited(dev, "SMMU failed to end stalls at a reset\n");
	WRITE_ONCE(master->nested_unanswered, true);
	iommu_nesting_faults_failed(master->nested_faults);
}

/*
 * The domain stays until iommu_nesting_faults_leave() returns. Without one the device
 * comes, with nothing that stalls, or leaves, and is stopped for that.
 */
static void nested_block_device(struct device *dev)
{
	struct arm_smmu_master *master = dev_iommu_priv_get(dev);
	struct arm_smmu_domain *smmu_domain = READ_ONCE(master->domain);

	if (smmu_domain)
		arm_smmu_nested_block_unanswered(smmu_domain, master);
}

static const struct iommu_nesting_fault_ops nested_fault_ops = {
	.respond	= nested_respond,
	.drain		= nested_drain_device,
	.block		= nested_block_device,
};

static void nested_set_faults(struct arm_smmu_master *master,
			      struct iommu_nesting_faults *faults)
{
	mutex_lock(&master->smmu->streams_mutex);
	master->nested_faults = faults;
	mutex_unlock(&master->smmu->streams_mutex);
}

/**
 * arm_smmu_nested_attach - Prepare for the faults of a device
 * @smmu_domain: the domain that the device enters, its init_mutex held
 * @master: the device
 *
 * Return: 0 or -ENOMEM
 */
int arm_smmu_nested_attach(struct arm_smmu_domain *smmu_domain,
			   struct arm_smmu_master *master)
{
	struct iommu_nesting_faults *faults;

	lockdep_assert_held(&smmu_domain->init_mutex);

	if (smmu_domain->stage != ARM_SMMU_DOMAIN_NESTED)
		return 0;

	faults = iommu_nesting_faults_alloc(master->dev, &nested_fault_ops);
	if (!faults)
		return -ENOMEM;

	/* The numbers are the guest's, and known when a request comes. Cannot fail. */
	iommu_nesting_faults_accept(faults, IOMMU_NESTING_PASID_ANY, 0);
	nested_set_faults(master, faults);
	return 0;
}

static void nested_set_reports(struct arm_smmu_master *master,
			       enum arm_smmu_nested_reports reports)
{
	mutex_lock(&master->smmu->streams_mutex);
	master->nested_reports = reports;
	mutex_unlock(&master->smmu->streams_mutex);
}

/**
 * arm_smmu_nested_stop_faults - A device leaves its domain
 * @master: the device, quiet
 */
void arm_smmu_nested_stop_faults(struct arm_smmu_master *master)
{
	struct iommu_nesting_faults *faults = master->nested_faults;

	iommu_nesting_faults_stop(faults);
	nested_set_reports(master, NESTED_REPORT_NOTHING);
	nested_set_faults(master, NULL);
	iommu_nesting_faults_put(faults);
}

/* Nobody takes the request: the device must not wait. Once, as in nested_respond() */
static void nested_refuse_stall(struct arm_smmu_master *master, u32 sid,
				u32 stag)
{
	u64 cmd[CMDQ_ENT_DWORDS];

	arm_smmu_nested_make_resume(cmd, sid, stag, IOMMU_PAGE_RESP_INVALID);
	if (!arm_smmu_nested_issue_once(master->smmu, cmd, 1))
		return;

	dev_err_ratelimited(master->dev,
			    "SMMU failed to abort a stalled access\n");
	WRITE_ONCE(master->nested_unanswered, true);
	iommu_nesting_faults_failed(master->nested_faults);
}

static bool nested_report(struct arm_smmu_master *master, const u64 *evt)
{
	struct iommu_fault_unrecoverable event;
	struct iommu_fault_page_request req;

	if (arm_smmu_nested_make_request(&req, evt)) {
		if (master->nested_reports != NESTED_REPORT_ALL ||
		    iommu_nesting_report_request(master->nested_faults, &req))
			nested_refuse_stall(master,
					    FIELD_GET(EVTQ_0_SID, evt[0]),
					    req.grpid);
		return true;
	}

	/* What nobody reads is for the host's log */
	return master->nested_reports != NESTED_REPORT_NOTHING &&
	       arm_smmu_nested_make_event(&event, evt) &&
	       !iommu_nesting_report_event(master->nested_faults, &event);
}

static void nested_count_event(struct arm_smmu_device *smmu)
{
	/* Pairs with nested_evts_done(): what was reported has been */
	smp_store_release(&smmu->nested_evts, smmu->nested_evts + 1);
	smp_mb(); /* wake_up_var() looks for waiters without a lock */
	wake_up_var(&smmu->nested_evts);
}

/**
 * arm_smmu_nested_handle_evt - Report an event of a guest's stage 1
 * @smmu: the SMMU
 * @evt: EVTQ_ENT_DWORDS dwords of any event record
 *
 * Context: the event thread, for each event.
 * Return: true when no more is to be done about it
 */
bool arm_smmu_nested_handle_evt(struct arm_smmu_device *smmu, const u64 *evt)
{
	struct arm_smmu_master *master;
	bool handled;

	mutex_lock(&smmu->streams_mutex);
	master = arm_smmu_nested_find_stream(smmu,
					     FIELD_GET(EVTQ_0_SID, evt[0]));
	handled = master && master->nested_faults && nested_report(master, evt);
	mutex_unlock(&smmu->streams_mutex);

	nested_count_event(smmu);
	return handled;
}

/**
 * arm_smmu_nested_evtq_overflow - The event queue was full
 * @smmu: the SMMU
 *
 * Stalls are recorded once there is room again. Other events are lost, and nobody
 * knows whose (Arm IHI 0070, 7.4).
 */
void arm_smmu_nested_evtq_overflow(struct arm_smmu_device *smmu)
{
	struct arm_smmu_stream *stream;
	struct rb_node *node;

	mutex_lock(&smmu->streams_mutex);
	for (node = rb_first(&smmu->streams); node; node = rb_next(node)) {
		stream = rb_entry(node, struct arm_smmu_stream, node);
		if (stream->master->nested_faults)
			iommu_nesting_report_overflow(stream->master->nested_faults);
	}
	mutex_unlock(&smmu->streams_mutex);
}

/**
 * arm_smmu_nested_quiesce - End the faults of a guest's stage 1
 * @master: device in a domain whose init_mutex is held, with an STE that aborts
 *
 * Nothing stalls any more. New page requests are refused, and those that wait are
 * answered. CMD_STALL_TERM ends the stalls whose events nobody has seen; its
 * CMD_SYNC completes when these are in the queue. Once the event thread has refused
 * them, no CMD_RESUME for an old stall is still to come: each STAG is free for
 * another when the STE translates again, and a response cannot meet a stall that is
 * younger than its request (Arm IHI 0070, 3.12.2).
 *
 * Nor is a fault of this stage 1 reported to whoever has the device next.
 *
 * Return: 0, or -EIO when the SMMU or the event thread failed, and this has to be
 * done again before the STE translates
 */
int arm_smmu_nested_quiesce(struct arm_smmu_master *master)
{
	int ret;

	if (master->nested_reports == NESTED_REPORT_NOTHING)
		return 0;

	nested_set_reports(master, NESTED_REPORT_EVENTS);
	/* What this fails to answer, CMD_STALL_TERM ends */
	iommu_nesting_faults_answer(master->nested_faults,
				    IOMMU_NESTING_PASID_ANY);
	ret = nested_end_stalls(master);
	ret = nested_drain(master->smmu) ?: ret;
	if (ret)
		return ret;

	nested_set_reports(master, NESTED_REPORT_NOTHING);
	/* Whoever failed has said so by now; who answers the next stage 1, later */
	WRITE_ONCE(master->nested_unanswered, false);
	return 0;
}

/**
 * arm_smmu_nested_expect - Report the faults of a guest's stage 1 from now on
 * @master: device in a domain whose init_mutex is held, with an STE that aborts
 */
void arm_smmu_nested_expect(struct arm_smmu_master *master)
{
	nested_set_reports(master, NESTED_REPORT_ALL);
}
