// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* What the operations put into the argument of their ioctl */
#include "fake.h"

#define OP_HEAD		sizeof(struct vfio_iommu_nesting_op)
#define OP_NAME		sizeof(struct vfio_iommu_nesting_group)

/* The last argument: header, name of a group or device, data */
static void expect(const char *what, __u32 flags, int name, const void *data,
		   size_t size)
{
	size_t at = OP_HEAD + (name < 0 ? 0 : OP_NAME);
	struct vfio_iommu_nesting_group group;
	struct vfio_iommu_nesting_op op;
	char text[80];

	memcpy(&op, fake.arg, sizeof(op));
	memcpy(&group, fake.arg + OP_HEAD, sizeof(group));
	snprintf(text, sizeof(text), "op: %s: ioctl", what);
	tap(fake.calls == 1 && fake.request == VFIO_IOMMU_NESTING_OP &&
	    fake.fd == 5, text);
	snprintf(text, sizeof(text), "op: %s: argsz", what);
	tap_eq(at + size, op.argsz, text);
	snprintf(text, sizeof(text), "op: %s: flags", what);
	tap_eq(flags, op.flags, text);
	snprintf(text, sizeof(text), "op: %s: name", what);
	tap(name < 0 || (group.group_fd == name && !group.__reserved), text);
	snprintf(text, sizeof(text), "op: %s: data", what);
	tap(!memcmp(fake.arg + at, data, size), text);
	fake_reset();
}

static void test_tables(void)
{
	struct iommu_pasid_table_config table = inest_table(0x40000000, 4, 1, 2);
	struct iommu_pasid_table_config bypass =
		inest_no_table(IOMMU_PASID_CONFIG_BYPASS);

	tap_eq(0, inest_bind_pasid_table(5, INEST_ALL_GROUPS, &table),
	       "op: bind a table");
	expect("bind a table", VFIO_NESTING_OP_BIND_PASID_TABLE, -1, &table,
	       sizeof(table));
	inest_bind_pasid_table(5, 9, &bypass);
	expect("bypass of a group",
	       VFIO_NESTING_OP_BIND_PASID_TABLE | VFIO_NESTING_OP_GROUP, 9,
	       &bypass, 24);
	inest_unbind_pasid_table(5, INEST_ALL_GROUPS);
	expect("unbind a table", VFIO_NESTING_OP_UNBIND_PASID_TABLE, -1, "", 0);
	inest_unbind_pasid_table(5, 0);
	expect("unbind a table of group 0",
	       VFIO_NESTING_OP_UNBIND_PASID_TABLE | VFIO_NESTING_OP_GROUP, 0,
	       "", 0);
}

static void test_page_tables(void)
{
	struct iommu_gpasid_bind_data bind = inest_bind_data(7, 0x1000, 57);
	struct iommu_gpasid_bind_data unbind = inest_unbind_data(7);

	inest_bind_pgtbl(5, INEST_ALL_GROUPS, &bind);
	expect("bind a page table", VFIO_NESTING_OP_BIND_PGTBL, -1, &bind,
	       sizeof(bind));
	inest_unbind_pgtbl(5, 9, &unbind);
	expect("unbind a page table",
	       VFIO_NESTING_OP_UNBIND_PGTBL | VFIO_NESTING_OP_GROUP, 9, &unbind,
	       56);
}

static void test_others(void)
{
	struct iommu_cache_invalidate_info inv =
		inest_inv_range(IOMMU_CACHE_INV_TYPE_IOTLB, 0x1000, 4096, 3);
	struct iommu_page_response response =
		inest_response(3, 8, IOMMU_PAGE_RESP_INVALID);

	struct iommu_fault_queue_config queue = inest_fault_queue(64, 7);

	inest_cache_invalidate(5, INEST_ALL_GROUPS, &inv);
	expect("invalidate", VFIO_NESTING_OP_CACHE_INVLD, -1, &inv,
	       sizeof(inv));
	inest_page_response(5, 12, &response);
	expect("respond", VFIO_NESTING_OP_PAGE_RESP | VFIO_NESTING_OP_DEVICE,
	       12, &response, sizeof(response));
	fake.result = 33;
	tap_eq(33, inest_fault_queue_open(5, 12, &queue),
	       "op: a fault queue's descriptor");
	expect("fault queue",
	       VFIO_NESTING_OP_FAULT_QUEUE | VFIO_NESTING_OP_DEVICE, 12, &queue,
	       24);
	fake.error = EBUSY;
	tap_eq(-EBUSY, inest_fault_queue_open(5, 12, &queue),
	       "op: a second fault queue");
	fake_reset();
}

static void test_limits(void)
{
	static unsigned char data[INEST_OP_DATA_MAX + 1];
	struct iommu_pasid_table_config *table = (void *)data;

	memset(data, 0x5a, sizeof(data));
	tap_eq(0, inest_op(5, 3, data, INEST_OP_DATA_MAX), "op: most data");
	expect("most data", 3, -1, data, INEST_OP_DATA_MAX);
	tap_eq(-EMSGSIZE, inest_op(5, 3, data, sizeof(data)),
	       "op: too much data");
	table->argsz = INEST_OP_DATA_MAX - OP_NAME + 1;
	tap_eq(-EMSGSIZE, inest_bind_pasid_table(5, 9, table),
	       "op: too much data beside a group");
	table->argsz = 0xffffffff;
	tap_eq(-EMSGSIZE, inest_bind_pasid_table(5, INEST_ALL_GROUPS, table),
	       "op: far too much data");
	tap_eq(0, fake.calls, "op: too much data makes no call");
	tap_eq(0, inest_op(5, 2, NULL, 0), "op: no data");
	expect("no data", 2, -1, "", 0);
	fake.error = EIO;
	tap_eq(-EIO, inest_op(5, 2, NULL, 0), "op: an error");
	fake_reset();
	fake.result = 17;
	tap_eq(17, inest_op(5, 7, NULL, 0), "op: a positive result");
	fake_reset();
}

void test_ops(void)
{
	fake_reset();
	test_tables();
	test_page_tables();
	test_others();
	test_limits();
}
