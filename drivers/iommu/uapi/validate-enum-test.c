// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of what the nesting interface accepts: running combinations
 *
 * Every combination goes through the validator and the oracle; one where they
 * differ is printed. A run has to see both what is accepted and what is not, else
 * it has proven nothing.
 */
#include <linux/sched.h>
#include <linux/string.h>

#include "validate-test.h"

/* A run that goes wrong stops after so many, the first ones tell enough */
#define WRONG_MAX	3

#define TEXT_MAX	256

static const char * const arg_names[] = {
	[IOMMU_NESTING_PASID_TABLE] = "table",
	[IOMMU_NESTING_BIND_PGTBL] = "bind",
	[IOMMU_NESTING_UNBIND_PGTBL] = "unbind",
	[IOMMU_NESTING_CACHE_INV] = "invalidation",
	[IOMMU_NESTING_PAGE_RESP] = "response",
	[IOMMU_NESTING_FAULT_QUEUE] = "queue",
};

static void show_table(char *text, const struct iommu_pasid_table_config *cfg)
{
	const struct iommu_pasid_smmuv3 *smmuv3 = &cfg->vendor_data.smmuv3;

	snprintf(text, TEXT_MAX,
		 "argsz %u version %#x base %#llx format %#x bits %u config %u padding %2ph, smmuv3 version %#x fmt %u dss %u padding %2ph",
		 cfg->argsz, cfg->version, cfg->base_ptr, cfg->format,
		 cfg->pasid_bits, cfg->config, cfg->padding, smmuv3->version,
		 smmuv3->s1fmt, smmuv3->s1dss, smmuv3->padding);
}

static void show_pgtbl(char *text, const struct iommu_gpasid_bind_data *data)
{
	const struct iommu_gpasid_bind_data_vtd *vtd = &data->vendor.vtd;

	snprintf(text, TEXT_MAX,
		 "argsz %u version %#x format %#x width %u flags %#llx gpgd %#llx hpasid %#llx gpasid %#llx padding %8ph, vtd flags %#llx pat %#x emt %#x",
		 data->argsz, data->version, data->format, data->addr_width,
		 data->flags, data->gpgd, data->hpasid, data->gpasid,
		 data->padding, vtd->flags, vtd->pat, vtd->emt);
}

static void show_inv(char *text, const struct iommu_cache_invalidate_info *inv)
{
	const struct iommu_inv_addr_info *addr = &inv->granu.addr_info;

	snprintf(text, TEXT_MAX,
		 "argsz %u version %#x cache %#x granularity %u padding %6ph, flags %#x archid %#x pasid %#llx addr %#llx granule %#llx nb %#llx",
		 inv->argsz, inv->version, inv->cache, inv->granularity,
		 inv->padding, addr->flags, addr->archid, addr->pasid,
		 addr->addr, addr->granule_size, addr->nb_granules);
}

static void show_resp(char *text, const struct iommu_page_response *resp)
{
	snprintf(text, TEXT_MAX,
		 "argsz %u version %#x flags %#x pasid %#x grpid %#x code %#x",
		 resp->argsz, resp->version, resp->flags, resp->pasid,
		 resp->grpid, resp->code);
}

static void show_queue(char *text, const struct iommu_fault_queue_config *cfg)
{
	snprintf(text, TEXT_MAX,
		 "argsz %u version %#x flags %#x entries %#x eventfd %d padding %4ph",
		 cfg->argsz, cfg->version, cfg->flags, cfg->entries,
		 cfg->eventfd, cfg->padding);
}

static void show(char *text, enum iommu_nesting_arg arg, const void *copy)
{
	switch (arg) {
	case IOMMU_NESTING_PASID_TABLE:
		return show_table(text, copy);
	case IOMMU_NESTING_BIND_PGTBL:
	case IOMMU_NESTING_UNBIND_PGTBL:
		return show_pgtbl(text, copy);
	case IOMMU_NESTING_CACHE_INV:
		return show_inv(text, copy);
	case IOMMU_NESTING_PAGE_RESP:
		return show_resp(text, copy);
	case IOMMU_NESTING_FAULT_QUEUE:
		return show_queue(text, copy);
	}
}

static u32 get_argsz(const void *copy)
{
	return *(const u32 *)copy;
}

/* The kernel's copy: the fields up to argsz, zero behind */
static void fill_copy(void *copy, const void *from, size_t size)
{
	size_t argsz = max_t(size_t, get_argsz(from), sizeof(u32));

	memcpy(copy, from, size);
	if (argsz < size)
		memset(copy + argsz, 0, size - argsz);
}

static void put_field(void *to, u32 size, u64 value)
{
	switch (size) {
	case 1:
		*(u8 *)to = value;
		break;
	case 2:
		*(u16 *)to = value;
		break;
	case 4:
		*(u32 *)to = value;
		break;
	case 8:
		*(u64 *)to = value;
		break;
	}
}

static void flip_bit(u8 *bytes, u32 bit)
{
	bytes[bit / 8] ^= 1 << bit % 8;
}

/**
 * trial_start - Begin a run
 * @trial: the run
 * @test: reports here
 * @name: of the run
 * @arg: structure under test
 * @base: its content to start from
 */
void trial_start(struct trial *trial, struct kunit *test, const char *name,
		 enum iommu_nesting_arg arg, const void *base)
{
	*trial = (struct trial) {
		.test = test, .name = name, .arg = arg,
		.size = oracle_size(arg), .base = base,
	};
	trial->work = kunit_kzalloc(test, trial->size, GFP_KERNEL);
	trial->copy = kunit_kzalloc(test, trial->size, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, trial->work);
	KUNIT_ASSERT_NOT_NULL(test, trial->copy);
	memcpy(trial->work, base, trial->size);
}

static void trial_wrong(struct trial *trial, int want, int got)
{
	char text[TEXT_MAX];

	trial->wrong++;
	show(text, trial->arg, trial->copy);
	KUNIT_FAIL(trial->test, "%s, %s: want %d got %d: %s",
		   arg_names[trial->arg], trial->name, want, got, text);
}

/**
 * trial_check - Hold the validator against the oracle for one combination
 * @trial: the run, with the combination in @trial->work
 *
 * Return: false when the run should stop because too much went wrong
 */
bool trial_check(struct trial *trial)
{
	int want, got;

	/* Larger ones do not reach the validator */
	if (get_argsz(trial->work) > 4096)
		return true;

	fill_copy(trial->copy, trial->work, trial->size);
	want = oracle_check(trial->arg, trial->copy);
	got = iommu_nesting_check(trial->arg, trial->copy);
	if (want != got)
		trial_wrong(trial, want, got);

	if (!got)
		trial->accepted++;
	else if (got == -EOPNOTSUPP)
		trial->unsupported++;
	else
		trial->refused++;

	if (!(++trial->done % 1024))
		cond_resched();
	return trial->wrong < WRONG_MAX;
}

/**
 * trial_end - End a run: both results were seen, print how many
 * @trial: the run
 */
void trial_end(struct trial *trial)
{
	const char *arg = arg_names[trial->arg];

	KUNIT_EXPECT_NE_MSG(trial->test, trial->accepted, 0,
			    "%s, %s: none accepted", arg, trial->name);
	KUNIT_EXPECT_NE_MSG(trial->test, trial->refused, 0,
			    "%s, %s: none refused", arg, trial->name);
	kunit_info(trial->test,
		   "%s, %s: %u combinations: %u ok, %u EINVAL, %u EOPNOTSUPP\n",
		   arg, trial->name, trial->done, trial->accepted,
		   trial->refused, trial->unsupported);
}

static u32 axis_nr(const struct trial *trial, const struct axis *axis)
{
	switch (axis->kind) {
	case AXIS_POWERS:
		return axis->size * 8 * 3 + 1;
	case AXIS_ARGSZ:
		return trial->size + 4;
	case AXIS_BITS:
		return axis->size * 8 + 1;
	default:
		return axis->nr;
	}
}

static u64 axis_value(const struct trial *trial, const struct axis *axis,
		      u32 digit)
{
	bool last = digit == axis_nr(trial, axis) - 1;

	switch (axis->kind) {
	case AXIS_LIST:
		return axis->values[digit];
	case AXIS_POWERS:
		if (last)
			return U64_MAX;
		return BIT_ULL(digit / 3) + digit % 3 * axis->step - axis->step;
	case AXIS_ARGSZ:
		return last ? 4096 : digit;
	default:
		return digit;
	}
}

/* Where the combination has the field that is @field in the base */
static void *work_field(const struct trial *trial, const void *field)
{
	size_t offset = field - trial->base;

	KUNIT_ASSERT_LT(trial->test, offset, trial->size);
	return trial->work + offset;
}

/* Bring the field of @axis from @before to @digit, both 0 to begin with */
static void axis_apply(const struct trial *trial, const struct axis *axis,
		       u32 before, u32 digit)
{
	void *field = work_field(trial, axis->field);

	if (axis->kind != AXIS_BITS) {
		put_field(field, axis->size, axis_value(trial, axis, digit));
		return;
	}
	if (before != digit && before)
		flip_bit(field, before - 1);
	if (before != digit && digit)
		flip_bit(field, digit - 1);
}

/* Count on by one; false when all axes were at their end */
static bool next_combination(const struct trial *trial, const struct axis *axes,
			     u32 *digits)
{
	u32 i, before;

	for (i = 0; axes[i].field; i++) {
		before = digits[i]++;
		if (digits[i] == axis_nr(trial, &axes[i]))
			digits[i] = 0;
		axis_apply(trial, &axes[i], before, digits[i]);
		if (digits[i])
			return true;
	}
	return false;
}

/**
 * try_all - Every combination of the values of some fields
 * @test: reports here
 * @name: of the run
 * @arg: structure under test
 * @base: the other fields
 * @axes: fields of @base and their values
 */
void try_all(struct kunit *test, const char *name, enum iommu_nesting_arg arg,
	     const void *base, const struct axis *axes)
{
	u32 digits[AXES_MAX] = {};
	struct trial trial;
	u32 i;

	trial_start(&trial, test, name, arg, base);
	for (i = 0; axes[i].field; i++) {
		KUNIT_ASSERT_LT(test, i, (u32)AXES_MAX);
		axis_apply(&trial, &axes[i], 0, 0);
	}

	while (trial_check(&trial) && next_combination(&trial, axes, digits))
		;
	trial_end(&trial);
}

/**
 * try_bit_pairs - Flip every bit of a structure, and every pair of bits
 * @test: reports here
 * @name: of the run
 * @arg: structure under test
 * @base: an accepted one
 */
void try_bit_pairs(struct kunit *test, const char *name,
		   enum iommu_nesting_arg arg, const void *base)
{
	struct trial trial;
	u32 bits, i, j;
	bool on;

	trial_start(&trial, test, name, arg, base);
	bits = trial.size * 8;
	on = trial_check(&trial);
	for (i = 0; on && i < bits; i++) {
		flip_bit(trial.work, i);
		on = trial_check(&trial);
		for (j = 0; on && j < i; j++) {
			flip_bit(trial.work, j);
			on = trial_check(&trial);
			flip_bit(trial.work, j);
		}
		flip_bit(trial.work, i);
	}
	trial_end(&trial);
}

/**
 * named_desc - Name of a parameterised case
 * @c: the case
 * @desc: KUNIT_PARAM_DESC_SIZE bytes for it
 */
void named_desc(const struct named_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

/**
 * try_named - One combination, against a result written by hand
 * @test: has the named case as parameter
 * @arg: structure under test
 * @base: the fields that the case does not set
 *
 * The oracle is held against it as well.
 */
void try_named(struct kunit *test, enum iommu_nesting_arg arg, const void *base)
{
	const struct named_case *c = test->param_value;
	const struct field_value *set = c->set;
	struct trial trial;
	int i;

	trial_start(&trial, test, c->name, arg, base);
	for (i = 0; i < ARRAY_SIZE(c->set) && set[i].field; i++)
		put_field(work_field(&trial, set[i].field), set[i].size,
			  set[i].value);

	fill_copy(trial.copy, trial.work, trial.size);
	KUNIT_EXPECT_EQ(test, c->want, oracle_check(arg, trial.copy));
	KUNIT_EXPECT_EQ(test, c->want, iommu_nesting_check(arg, trial.copy));
}
