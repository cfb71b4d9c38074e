// SPDX-License-Identifier: GPL-2.0-only
/*
 * SMMUv3 nesting: stream table entries and commands as pure functions
 *
 * Section numbers are those of the Arm System Memory Management Unit
 * Architecture Specification, version 3, Arm IHI 0070.
 */
#include <linux/bitfield.h>
#include <linux/bitops.h>
#include <linux/iommu_nesting.h>
#include <linux/log2.h>
#include <linux/string.h>

#include "arm-smmu-v3-nested.h"

/* 5.2: stage 1 and stage 2 both translate */
#define STRTAB_STE_0_CFG_NESTED		7

/* 4.4: stage-1 invalidations that the driver has no other use for */
#define CMDQ_OP_TLBI_NH_ALL		0x10
#define CMDQ_OP_TLBI_NH_VAA		0x13

/* CMD_STALL_TERM; its StreamID is where CMD_RESUME has it */
#define CMDQ_OP_STALL_TERM		0x45

/* 4.4.1.1: SCALE has five bits */
#define TLBI_RANGE_SCALE_MAX		31

static void make_s1(u64 *ste, const struct arm_smmu_device *smmu,
		    const struct iommu_pasid_table_config *cfg, bool stall)
{
	const struct iommu_pasid_smmuv3 *smmuv3 = &cfg->vendor_data.smmuv3;

	ste[0] |= (cfg->base_ptr & STRTAB_STE_0_S1CTXPTR_MASK) |
		  FIELD_PREP(STRTAB_STE_0_S1CDMAX, cfg->pasid_bits);

	/* STRW stays NS-EL1: 5.2, the only regime that stage 2 combines with */
	ste[1] |= FIELD_PREP(STRTAB_STE_1_S1CIR, STRTAB_STE_1_S1C_CACHE_WBRA) |
		  FIELD_PREP(STRTAB_STE_1_S1COR, STRTAB_STE_1_S1C_CACHE_WBRA) |
		  FIELD_PREP(STRTAB_STE_1_S1CSH, ARM_SMMU_SH_ISH) |
		  FIELD_PREP(STRTAB_STE_1_STRW, STRTAB_STE_1_STRW_NSEL1);

	if (cfg->pasid_bits) {
		ste[0] |= FIELD_PREP(STRTAB_STE_0_S1FMT, smmuv3->s1fmt);
		ste[1] |= FIELD_PREP(STRTAB_STE_1_S1DSS, smmuv3->s1dss);
	}

	/* CD.S is illegal then (5.4) */
	if (smmu->features & ARM_SMMU_FEAT_STALLS && !stall)
		ste[1] |= STRTAB_STE_1_S1STALLD;
}

/**
 * arm_smmu_nested_make_ste - Compose the STE of a device in a nesting domain
 * @ste: NESTED_STE_DWORDS dwords, in CPU byte order
 * @smmu: says whether there are stalls
 * @s2_cfg: stage 2 of the domain
 * @cfg: stage 1 of user space, checked; @cfg->config 0 for none
 * @ats: the device uses ATS
 * @stall: its accesses may stall, where a context descriptor asks for it
 *
 * User space contributes S1ContextPtr, S1CDMax, S1Fmt and S1DSS and nothing
 * else (5.2).
 */
void arm_smmu_nested_make_ste(u64 *ste, const struct arm_smmu_device *smmu,
			      const struct arm_smmu_s2_cfg *s2_cfg,
			      const struct iommu_pasid_table_config *cfg,
			      bool ats, bool stall)
{
	u64 config = STRTAB_STE_0_CFG_S2_TRANS;

	memset(ste, 0, NESTED_STE_DWORDS * sizeof(*ste));
	ste[0] = STRTAB_STE_0_V;
	ste[1] = FIELD_PREP(STRTAB_STE_1_SHCFG, STRTAB_STE_1_SHCFG_INCOMING);

	if (cfg->config == IOMMU_PASID_CONFIG_ABORT)
		return;

	if (cfg->config == IOMMU_PASID_CONFIG_TRANSLATE) {
		make_s1(ste, smmu, cfg, stall);
		config = STRTAB_STE_0_CFG_NESTED;
	}

	ste[0] |= FIELD_PREP(STRTAB_STE_0_CFG, config);
	if (ats)
		ste[1] |= FIELD_PREP(STRTAB_STE_1_EATS,
				     STRTAB_STE_1_EATS_TRANS);
	ste[2] = FIELD_PREP(STRTAB_STE_2_S2VMID, s2_cfg->vmid) |
		 FIELD_PREP(STRTAB_STE_2_VTCR, s2_cfg->vtcr) |
#ifdef __BIG_ENDIAN
		 STRTAB_STE_2_S2ENDI |
#endif
		 STRTAB_STE_2_S2PTW | STRTAB_STE_2_S2AA64 | STRTAB_STE_2_S2R;
	ste[3] = s2_cfg->vttbr & STRTAB_STE_3_S2TTB_MASK;
}

/**
 * arm_smmu_nested_make_cfgi_ste - Compose CMD_CFGI_STE (4.3.1)
 * @cmd: CMDQ_ENT_DWORDS dwords
 * @sid: stream id of the device
 */
void arm_smmu_nested_make_cfgi_ste(u64 *cmd, u32 sid)
{
	cmd[0] = FIELD_PREP(CMDQ_0_OP, CMDQ_OP_CFGI_STE) |
		 FIELD_PREP(CMDQ_CFGI_0_SID, sid);
	cmd[1] = CMDQ_CFGI_1_LEAF;
}

/**
 * arm_smmu_nested_make_cfgi_all - Compose CMD_CFGI_ALL (4.3.2)
 * @cmd: CMDQ_ENT_DWORDS dwords
 */
void arm_smmu_nested_make_cfgi_all(u64 *cmd)
{
	cmd[0] = FIELD_PREP(CMDQ_0_OP, CMDQ_OP_CFGI_ALL);
	cmd[1] = FIELD_PREP(CMDQ_CFGI_1_RANGE, 31);
}

/**
 * arm_smmu_nested_make_cfgi_cd - Compose CMD_CFGI_CD or CMD_CFGI_CD_ALL
 * @cmd: CMDQ_ENT_DWORDS dwords
 * @sid: stream id of the device
 * @inv: invalidation of the PASID cache, by PASID or of the whole domain
 *
 * Leaf is 0 in CMD_CFGI_CD, so that the first level of a two-level table is
 * covered as well (4.3.3).
 */
void arm_smmu_nested_make_cfgi_cd(u64 *cmd, u32 sid,
				  const struct iommu_cache_invalidate_info *inv)
{
	bool all = inv->granularity == IOMMU_INV_GRANU_DOMAIN;

	cmd[0] = FIELD_PREP(CMDQ_0_OP, all ? CMDQ_OP_CFGI_CD_ALL :
					     CMDQ_OP_CFGI_CD) |
		 FIELD_PREP(CMDQ_CFGI_0_SID, sid);
	cmd[1] = 0;
	if (!all)
		cmd[0] |= FIELD_PREP(CMDQ_CFGI_0_SSID,
				     inv->granu.pasid_info.pasid);
}

/**
 * arm_smmu_nested_make_tlbi_all - Compose CMD_TLBI_NH_ALL (4.4.2.1)
 * @cmd: CMDQ_ENT_DWORDS dwords
 * @vmid: the domain's
 *
 * Covers every stage-1 and every combined translation of the VMID.
 */
void arm_smmu_nested_make_tlbi_all(u64 *cmd, u16 vmid)
{
	cmd[0] = FIELD_PREP(CMDQ_0_OP, CMDQ_OP_TLBI_NH_ALL) |
		 FIELD_PREP(CMDQ_TLBI_0_VMID, vmid);
	cmd[1] = 0;
}

static int make_tlbi_space(u64 *cmd, u16 vmid, bool asid_valid, u32 asid)
{
	arm_smmu_nested_make_tlbi_all(cmd, vmid);
	if (asid_valid) {
		cmd[0] &= ~CMDQ_0_OP;
		cmd[0] |= FIELD_PREP(CMDQ_0_OP, CMDQ_OP_TLBI_NH_ASID) |
			  FIELD_PREP(CMDQ_TLBI_0_ASID, asid);
	}
	return 1;
}

/*
 * log2 of the translation granule that has pages or blocks of 2^shift bytes:
 * each level resolves the granule's shift less 3 bits.
 */
static unsigned int granule_shift(unsigned int shift)
{
	unsigned int tg;

	for (tg = 12; tg < 16; tg += 2)
		if (shift >= tg && !((shift - tg) % (tg - 3)))
			break;
	return tg;
}

/*
 * One step of a range: the largest multiple of a power of two that NUM and
 * SCALE can express from the low end (4.4.1.1). A single page is no range: NUM,
 * SCALE and TTL all zero with a TG is reserved.
 */
static u64 make_tlbi_range(u64 *cmd, unsigned int tg, u64 pages)
{
	u64 scale = __ffs64(pages);
	u64 num = (pages >> scale) & CMDQ_TLBI_RANGE_NUM_MAX;

	if (num == 1 && !scale)
		return 1;

	cmd[0] |= FIELD_PREP(CMDQ_TLBI_0_NUM, num - 1) |
		  FIELD_PREP(CMDQ_TLBI_0_SCALE, scale);
	cmd[1] |= FIELD_PREP(CMDQ_TLBI_1_TG, (tg - 10) / 2);
	return num << scale;
}

/*
 * Fills cmds up to NESTED_TLBI_MAX; 0 when the range takes more than that. The
 * unit of every step is the smallest page of the translation granule, as user
 * space's granule need not be the size that the range is mapped with.
 */
static int make_tlbi_addr(u64 *cmds, const struct arm_smmu_device *smmu,
			  u16 vmid, const struct iommu_inv_addr_info *info)
{
	bool asid_valid = info->flags & IOMMU_INV_ADDR_FLAGS_ARCHID;
	bool range = smmu->features & ARM_SMMU_FEAT_RANGE_INV;
	unsigned int shift = ilog2(info->granule_size);
	unsigned int tg = granule_shift(shift);
	u64 pages = info->nb_granules << (shift - tg);
	u64 addr = info->addr;
	int n;

	if (range ? fls64(pages) > TLBI_RANGE_SCALE_MAX :
		    pages > NESTED_TLBI_MAX)
		return 0;

	for (n = 0; pages && n < NESTED_TLBI_MAX; n++) {
		u64 *cmd = &cmds[n * CMDQ_ENT_DWORDS];
		u64 step = 1;

		cmd[0] = FIELD_PREP(CMDQ_0_OP, asid_valid ?
					       CMDQ_OP_TLBI_NH_VA :
					       CMDQ_OP_TLBI_NH_VAA) |
			 FIELD_PREP(CMDQ_TLBI_0_VMID, vmid) |
			 (asid_valid ? FIELD_PREP(CMDQ_TLBI_0_ASID,
						  info->archid) : 0);
		cmd[1] = (addr & CMDQ_TLBI_1_VA_MASK) |
			 (info->flags & IOMMU_INV_ADDR_FLAGS_LEAF ?
			  CMDQ_TLBI_1_LEAF : 0);
		if (range)
			step = make_tlbi_range(cmd, tg, pages);
		pages -= step;
		addr += step << tg;
	}

	return pages ? 0 : n;
}

/**
 * arm_smmu_nested_make_tlbi - Compose the commands that drop translations
 * @cmds: room for NESTED_TLBI_MAX commands
 * @smmu: features and page sizes
 * @vmid: the domain's
 * @inv: checked invalidation of the IOTLB
 *
 * A range that takes more commands than there is room for is widened to the
 * whole VMID, so that the work does not depend on user space's numbers. By ASID
 * would not do: that leaves global translations alone, unlike by address
 * (4.4.2.2, 4.4.2.4).
 *
 * Return: number of commands; -EINVAL for an ASID wider than 16 bits;
 * -EOPNOTSUPP for one wider than this SMMU has, for a PASID without an ASID,
 * because only the ASID tags translations here, and for a granule that stage 1
 * of this SMMU cannot map
 */
int arm_smmu_nested_make_tlbi(u64 *cmds, const struct arm_smmu_device *smmu,
			      u16 vmid,
			      const struct iommu_cache_invalidate_info *inv)
{
	const struct iommu_inv_pasid_info *pasid = &inv->granu.pasid_info;
	const struct iommu_inv_addr_info *addr = &inv->granu.addr_info;
	bool asid_valid;
	int n;

	/* Both members start with flags and archid, whose bits are the same */
	static_assert(IOMMU_INV_PASID_FLAGS_PASID ==
		      IOMMU_INV_ADDR_FLAGS_PASID);
	static_assert(IOMMU_INV_PASID_FLAGS_ARCHID ==
		      IOMMU_INV_ADDR_FLAGS_ARCHID);

	if (inv->granularity == IOMMU_INV_GRANU_DOMAIN)
		return make_tlbi_space(cmds, vmid, false, 0);

	asid_valid = pasid->flags & IOMMU_INV_PASID_FLAGS_ARCHID;
	if (!asid_valid && pasid->flags & IOMMU_INV_PASID_FLAGS_PASID)
		return -EOPNOTSUPP;
	if (asid_valid && pasid->archid > U16_MAX)
		return -EINVAL;
	if (asid_valid && pasid->archid >> smmu->asid_bits)
		return -EOPNOTSUPP;

	if (inv->granularity == IOMMU_INV_GRANU_ADDR) {
		if (!(addr->granule_size & smmu->pgsize_bitmap))
			return -EOPNOTSUPP;
		n = make_tlbi_addr(cmds, smmu, vmid, addr);
		return n ?: make_tlbi_space(cmds, vmid, false, 0);
	}

	return make_tlbi_space(cmds, vmid, asid_valid, pasid->archid);
}

/**
 * arm_smmu_nested_make_resume - Compose CMD_RESUME
 * @cmd: CMDQ_ENT_DWORDS dwords
 * @sid: stream id of the device
 * @stag: the stall
 * @code: answer of &enum iommu_page_response_code
 *
 * A transaction is retried on success and aborted on anything else.
 */
void arm_smmu_nested_make_resume(u64 *cmd, u32 sid, u16 stag, u32 code)
{
	u64 resp = code == IOMMU_PAGE_RESP_SUCCESS ? CMDQ_RESUME_0_RESP_RETRY :
						     CMDQ_RESUME_0_RESP_ABORT;

	cmd[0] = FIELD_PREP(CMDQ_0_OP, CMDQ_OP_RESUME) |
		 FIELD_PREP(CMDQ_RESUME_0_RESP, resp) |
		 FIELD_PREP(CMDQ_RESUME_0_SID, sid);
	cmd[1] = FIELD_PREP(CMDQ_RESUME_1_STAG, stag);
}

/**
 * arm_smmu_nested_make_stall_term - Compose CMD_STALL_TERM
 * @cmd: CMDQ_ENT_DWORDS dwords
 * @sid: stream id of the device, all of whose stalls end
 */
void arm_smmu_nested_make_stall_term(u64 *cmd, u32 sid)
{
	cmd[0] = FIELD_PREP(CMDQ_0_OP, CMDQ_OP_STALL_TERM) |
		 FIELD_PREP(CMDQ_RESUME_0_SID, sid);
	cmd[1] = 0;
}
