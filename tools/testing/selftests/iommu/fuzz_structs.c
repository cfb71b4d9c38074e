// SPDX-License-Identifier: GPL-2.0-only
/* What the structures of the interface look like, and values that they take */
#include <string.h>
#include <linux/iommu.h>
#include <linux/vfio.h>
#include <linux/vfio_nesting.h>

#include "../kselftest.h"
#include "fuzz.h"

#define SIZE_OF(type, member)	sizeof(((struct type *)0)->member)
#define END_OF(type, member)	(offsetof(struct type, member) + \
				 SIZE_OF(type, member))

/**
 * fuzz_get - Read a number
 * @data: the structure
 * @offset: where the number is, in bytes
 * @width: of the number, 1 to 8 bytes
 *
 * Return: the number
 */
__u64 fuzz_get(const void *data, size_t offset, size_t width)
{
	__u64 value = 0;

	memcpy(&value, (const char *)data + offset, width);
	return value;
}

/**
 * fuzz_put - Write a number
 * @data: the structure
 * @offset: where the number is, in bytes
 * @width: of the number, 1 to 8 bytes
 * @value: the number, cut to @width
 */
void fuzz_put(void *data, size_t offset, size_t width, __u64 value)
{
	memcpy((char *)data + offset, &value, width);
}

#define FIELD_IS(kind, parent, member, ...) {				\
	.offset = offsetof(struct parent, member),			\
	.width = SIZE_OF(parent, member),				\
	.type = FUZZ_FIELD_##kind,					\
	.values = (const __u64[]){ __VA_ARGS__ },			\
	.count = sizeof((const __u64[]){ __VA_ARGS__ }) / sizeof(__u64),\
}

static const struct fuzz_field table_fields[] = {
	FIELD_IS(CHOICE, iommu_pasid_table_config, version, 1),
	FIELD_IS(CHOICE, iommu_pasid_table_config, base_ptr, 0x100000, 0x100000,
		 0x102000, 0x200000, 0x300000, 0x104000, (1ULL << 48) - 0x1000),
	FIELD_IS(CHOICE, iommu_pasid_table_config, format, 1, 2),
	FIELD_IS(CHOICE, iommu_pasid_table_config, pasid_bits, 0, 0, 1, 6, 7, 10,
		 11, 20),
	FIELD_IS(CHOICE, iommu_pasid_table_config, config, 1, 1, 2, 3),
	FIELD_IS(ZERO, iommu_pasid_table_config, padding, 0),
	FIELD_IS(CHOICE, iommu_pasid_table_config, vendor_data.smmuv3.version,
		 1),
	FIELD_IS(CHOICE, iommu_pasid_table_config, vendor_data.smmuv3.s1fmt, 0,
		 0, 1, 2),
	FIELD_IS(CHOICE, iommu_pasid_table_config, vendor_data.smmuv3.s1dss, 0,
		 1, 2),
	FIELD_IS(ZERO, iommu_pasid_table_config, vendor_data.smmuv3.padding, 0),
};

static const struct fuzz_field bind_fields[] = {
	FIELD_IS(CHOICE, iommu_gpasid_bind_data, version, 1),
	FIELD_IS(CHOICE, iommu_gpasid_bind_data, format, 1, 2),
	FIELD_IS(CHOICE, iommu_gpasid_bind_data, addr_width, 48, 48, 57),
	FIELD_IS(FLAGS, iommu_gpasid_bind_data, flags, 3),
	FIELD_IS(CHOICE, iommu_gpasid_bind_data, gpgd, 0x100000, 0x101000,
		 0x103000, 0x200000, 0x300000, 0x104000,
		 (1ULL << 48) - 0x1000),
	FIELD_IS(OWNED, iommu_gpasid_bind_data, hpasid, 1, 5, 0xfffff),
	FIELD_IS(CHOICE, iommu_gpasid_bind_data, gpasid, 0, 1, 7, 0xfffff),
	FIELD_IS(ZERO, iommu_gpasid_bind_data, padding, 0),
	FIELD_IS(FLAGS, iommu_gpasid_bind_data, vendor.vtd.flags, 0x3f),
	FIELD_IS(CHOICE, iommu_gpasid_bind_data, vendor.vtd.pat, 0, 0x7040600,
		 0xffffffff),
	FIELD_IS(CHOICE, iommu_gpasid_bind_data, vendor.vtd.emt, 0, 1, 6, 7),
};

static const struct fuzz_field inv_fields[] = {
	FIELD_IS(CHOICE, iommu_cache_invalidate_info, version, 1),
	FIELD_IS(FLAGS, iommu_cache_invalidate_info, cache, 7),
	FIELD_IS(CHOICE, iommu_cache_invalidate_info, granularity, 0, 1, 2, 2),
	FIELD_IS(ZERO, iommu_cache_invalidate_info, padding, 0),
	FIELD_IS(FLAGS, iommu_cache_invalidate_info, granu.addr_info.flags, 15),
	FIELD_IS(CHOICE, iommu_cache_invalidate_info, granu.addr_info.archid, 0,
		 1, 2, 0xffff, 0xffffffff),
	FIELD_IS(OWNED, iommu_cache_invalidate_info, granu.addr_info.pasid, 0,
		 1, 5, 0xfffff),
	FIELD_IS(CHOICE, iommu_cache_invalidate_info, granu.addr_info.addr, 0,
		 0x1000, 0x40000000, 1ULL << 47, -0x1000ULL),
	FIELD_IS(CHOICE, iommu_cache_invalidate_info,
		 granu.addr_info.granule_size, 0x1000, 0x1000, 0x200000,
		 0x40000000, 1ULL << 63),
	FIELD_IS(CHOICE, iommu_cache_invalidate_info,
		 granu.addr_info.nb_granules, 1, 1, 2, 512, 1ULL << 32,
		 1ULL << 52),
};

static const struct fuzz_field resp_fields[] = {
	FIELD_IS(CHOICE, iommu_page_response, version, 1),
	FIELD_IS(FLAGS, iommu_page_response, flags, 1),
	FIELD_IS(OWNED, iommu_page_response, pasid, 0, 1, 5, 7, 0xfffff),
	FIELD_IS(CHOICE, iommu_page_response, grpid, 0, 1, 2, 511),
	FIELD_IS(CHOICE, iommu_page_response, code, 0, 1, 2),
};

static const struct fuzz_field queue_fields[] = {
	FIELD_IS(CHOICE, iommu_fault_queue_config, version, 1),
	FIELD_IS(FLAGS, iommu_fault_queue_config, flags, 1),
	FIELD_IS(CHOICE, iommu_fault_queue_config, entries, 2, 2, 3, 64, 1024),
	FIELD_IS(CHOICE, iommu_fault_queue_config, eventfd, FUZZ_FD_EVENT,
		 FUZZ_FD_EVENT, FUZZ_FD_EVENT, FUZZ_FD_CLOSED,
		 FUZZ_FD_CONTAINER),
	FIELD_IS(ZERO, iommu_fault_queue_config, padding, 0),
};

static const struct fuzz_field range_fields[] = {
	FIELD_IS(OWNED, vfio_iommu_pasid_request, data.range.min, 1, 1, 5, 8,
		 0xfffff),
	FIELD_IS(OWNED, vfio_iommu_pasid_request, data.range.max, 5, 8, 0xfffff,
		 0xfffff),
};

static const struct fuzz_field map_fields[] = {
	FIELD_IS(FLAGS, vfio_iommu_type1_dma_map, flags, 3),
	FIELD_IS(CHOICE, vfio_iommu_type1_dma_map, vaddr, FUZZ_MEM,
		 FUZZ_MEM + 0x40000, FUZZ_MEM + 0xff000),
	FIELD_IS(CHOICE, vfio_iommu_type1_dma_map, iova, 0x104000, 0x400000,
		 0x100000, 0, (1ULL << 48) - 0x2000, 1ULL << 48),
	FIELD_IS(CHOICE, vfio_iommu_type1_dma_map, size, 0x1000, 0x1000, 0x2000,
		 0x1000000),
};

static const struct fuzz_field unmap_fields[] = {
	FIELD_IS(CHOICE, vfio_iommu_type1_dma_unmap, flags, 0, 0, 0,
		 VFIO_DMA_UNMAP_FLAG_ALL),
	FIELD_IS(CHOICE, vfio_iommu_type1_dma_unmap, iova, 0x100000, 0x104000,
		 0x200000, 0x300000, 0x400000, 0, (1ULL << 48) - 0x2000),
	FIELD_IS(CHOICE, vfio_iommu_type1_dma_unmap, size, 0x1000, 0x4000,
		 0x10000, 1ULL << 47),
};

/* Mostly what the devices have */
static void settle_format(__u32 *format, struct fuzz_rand *rand,
			  const struct fuzz_env *env)
{
	if (!fuzz_one_in(rand, 12))
		*format = env->format;
}

static __u16 settle_table(void *data, struct fuzz_rand *rand,
			  const struct fuzz_env *env)
{
	struct iommu_pasid_table_config *cfg = data;

	settle_format(&cfg->format, rand, env);
	if (cfg->config == IOMMU_PASID_CONFIG_TRANSLATE)
		return sizeof(*cfg);
	cfg->base_ptr = 0;
	cfg->pasid_bits = 0;
	return offsetof(struct iommu_pasid_table_config, vendor_data);
}

static __u16 settle_bind(void *data, struct fuzz_rand *rand,
			 const struct fuzz_env *env)
{
	struct iommu_gpasid_bind_data *bind = data;

	settle_format(&bind->format, rand, env);
	if (fuzz_one_in(rand, 2))
		bind->flags &= ~(__u64)IOMMU_SVA_GPASID_RID;
	if (bind->flags & IOMMU_SVA_GPASID_RID) {
		bind->flags &= ~(__u64)IOMMU_SVA_GPASID_VAL;
		bind->hpasid = 0;
	}
	return sizeof(*bind);
}

static __u16 settle_unbind(void *data, struct fuzz_rand *rand,
			   const struct fuzz_env *env)
{
	settle_bind(data, rand, env);
	return offsetof(struct iommu_gpasid_bind_data, vendor);
}

static __u16 settle_inv_addr(struct iommu_cache_invalidate_info *inv)
{
	struct iommu_inv_addr_info *addr = &inv->granu.addr_info;

	inv->cache &= IOMMU_CACHE_INV_TYPE_IOTLB | IOMMU_CACHE_INV_TYPE_DEV_IOTLB;
	if (!inv->cache)
		inv->cache = IOMMU_CACHE_INV_TYPE_IOTLB;
	if (addr->flags & IOMMU_INV_ADDR_FLAGS_GPASID)
		addr->flags |= IOMMU_INV_ADDR_FLAGS_PASID;
	addr->addr &= -addr->granule_size;
	if (addr->nb_granules - 1 > -1ULL / addr->granule_size)
		addr->nb_granules = 1;
	if (addr->addr && addr->nb_granules > -addr->addr / addr->granule_size)
		addr->nb_granules = 1;
	return END_OF(iommu_cache_invalidate_info, granu.addr_info);
}

static __u16 settle_inv(void *data, struct fuzz_rand *rand,
			const struct fuzz_env *env)
{
	struct iommu_cache_invalidate_info *inv = data;
	struct iommu_inv_pasid_info *pasid = &inv->granu.pasid_info;

	if (!inv->cache)
		inv->cache = 1 << fuzz_below(rand, IOMMU_CACHE_INV_TYPE_NR);
	if (inv->granularity == IOMMU_INV_GRANU_ADDR)
		return settle_inv_addr(inv);
	if (inv->granularity == IOMMU_INV_GRANU_DOMAIN)
		return offsetof(struct iommu_cache_invalidate_info, granu);
	pasid->flags &= IOMMU_INV_PASID_FLAGS_PASID |
			IOMMU_INV_PASID_FLAGS_ARCHID |
			IOMMU_INV_PASID_FLAGS_GPASID;
	if (!pasid->flags)
		pasid->flags = 1 << fuzz_below(rand, 2);
	if (pasid->flags & IOMMU_INV_PASID_FLAGS_GPASID)
		pasid->flags |= IOMMU_INV_PASID_FLAGS_PASID;
	return END_OF(iommu_cache_invalidate_info, granu.pasid_info);
}

static __u16 settle_resp(void *data, struct fuzz_rand *rand,
			 const struct fuzz_env *env)
{
	return sizeof(struct iommu_page_response);
}

static __u16 settle_queue(void *data, struct fuzz_rand *rand,
			  const struct fuzz_env *env)
{
	struct iommu_fault_queue_config *cfg = data;

	if (cfg->flags & IOMMU_FAULT_QUEUE_EVENTFD)
		return END_OF(iommu_fault_queue_config, eventfd);
	cfg->eventfd = 0;
	return END_OF(iommu_fault_queue_config, entries);
}

static __u16 settle_alloc(void *data, struct fuzz_rand *rand,
			  const struct fuzz_env *env)
{
	struct vfio_iommu_pasid_request *req = data;

	req->flags = VFIO_PASID_REQUEST_ALLOC;
	if (!fuzz_one_in(rand, 4)) {
		req->data.range.min = 1;
		req->data.range.max = 0xfffff;
	}
	if (req->data.range.max < req->data.range.min)
		req->data.range.max = req->data.range.min;
	return sizeof(*req);
}

static __u16 settle_free(void *data, struct fuzz_rand *rand,
			 const struct fuzz_env *env)
{
	struct vfio_iommu_pasid_request *req = data;

	req->flags = VFIO_PASID_REQUEST_FREE;
	if (fuzz_one_in(rand, 2) || req->data.range.max < req->data.range.min)
		req->data.range.max = req->data.range.min;
	return sizeof(*req);
}

static __u16 settle_quota(void *data, struct fuzz_rand *rand,
			  const struct fuzz_env *env)
{
	struct vfio_iommu_pasid_request *req = data;

	req->flags = VFIO_PASID_REQUEST_QUOTA;
	if (!fuzz_one_in(rand, 8))
		memset(&req->data, 0, sizeof(req->data));
	return sizeof(*req);
}

/* Sizes around what the kernel fills in, with and without capabilities */
static __u16 settle_info(void *data, struct fuzz_rand *rand,
			 const struct fuzz_env *env)
{
	static const __u16 sizes[] = {
		16, 20, 24, 32, 64, 88, 112, 128, 144, 160, 176, 192, 208, 224,
		256, 512, 4096,
	};

	return sizes[fuzz_below(rand, ARRAY_SIZE(sizes))];
}

static __u16 settle_map(void *data, struct fuzz_rand *rand,
			const struct fuzz_env *env)
{
	return sizeof(struct vfio_iommu_type1_dma_map);
}

static __u16 settle_unmap(void *data, struct fuzz_rand *rand,
			  const struct fuzz_env *env)
{
	struct vfio_iommu_type1_dma_unmap *unmap = data;

	if (unmap->flags & VFIO_DMA_UNMAP_FLAG_ALL) {
		unmap->iova = 0;
		unmap->size = 0;
	}
	return offsetof(struct vfio_iommu_type1_dma_unmap, data);
}

#define STRUCT_IS(table, type, fn) \
	{ sizeof(struct type), table, ARRAY_SIZE(table), fn }

static const struct fuzz_struct structs[FUZZ_OPS] = {
	[FUZZ_OP_BIND_PASID_TABLE] =
		STRUCT_IS(table_fields, iommu_pasid_table_config, settle_table),
	[FUZZ_OP_CACHE_INVLD] =
		STRUCT_IS(inv_fields, iommu_cache_invalidate_info, settle_inv),
	[FUZZ_OP_BIND_PGTBL] =
		STRUCT_IS(bind_fields, iommu_gpasid_bind_data, settle_bind),
	[FUZZ_OP_UNBIND_PGTBL] =
		STRUCT_IS(bind_fields, iommu_gpasid_bind_data, settle_unbind),
	[FUZZ_OP_PAGE_RESP] =
		STRUCT_IS(resp_fields, iommu_page_response, settle_resp),
	[FUZZ_OP_FAULT_QUEUE] =
		STRUCT_IS(queue_fields, iommu_fault_queue_config, settle_queue),
	[FUZZ_OP_PASID_ALLOC] =
		STRUCT_IS(range_fields, vfio_iommu_pasid_request, settle_alloc),
	[FUZZ_OP_PASID_FREE] =
		STRUCT_IS(range_fields, vfio_iommu_pasid_request, settle_free),
	[FUZZ_OP_PASID_QUOTA] =
		STRUCT_IS(range_fields, vfio_iommu_pasid_request, settle_quota),
	[FUZZ_OP_GET_INFO] = {
		sizeof(struct vfio_iommu_type1_info), NULL, 0, settle_info,
	},
	[FUZZ_OP_MAP_DMA] =
		STRUCT_IS(map_fields, vfio_iommu_type1_dma_map, settle_map),
	[FUZZ_OP_UNMAP_DMA] =
		STRUCT_IS(unmap_fields, vfio_iommu_type1_dma_unmap,
			  settle_unmap),
};

/**
 * fuzz_struct_of - Description of an operation's structure
 * @op: the operation
 *
 * Return: the description, or NULL when it takes none
 */
const struct fuzz_struct *fuzz_struct_of(enum fuzz_op op)
{
	return structs[op].size ? &structs[op] : NULL;
}
