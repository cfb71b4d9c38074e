# SPDX-License-Identifier: GPL-2.0
"""
Breaks the model on purpose, one part at a time: do the qtests notice?

python3 -m qtest.mutants SOURCE BUILD [NAME...]

SOURCE is a QEMU source tree with the model laid in, BUILD its build folder. Each
mutant is built and tested, which takes about a minute; the sources are put back.
"""
import os
import subprocess
import sys
import time

VTD = "hw/i386/intel_iommu_"
DEV = "hw/misc/iommu-testdev"

# name, file, what is there, what takes its place
MUTANTS = [
    ("tables of stage 1 bypass stage 2", VTD + "walk.c",
     "    if (!vtd_fs_nested(walk->pe)) {\n        return 0;",
     "    if (walk) {\n        *addr += 0x4000000; return 0;"),
    ("output of stage 1 bypasses stage 2", VTD + "walk.c",
     "    if (!ret && vtd_fs_nested(pe)) {", "    if (0) {"),
    ("size of the first stage alone counts", VTD + "walk.c",
     "page->level = MIN(page->level, second.level);", ""),
    ("write right of stage 2 ignored", VTD + "walk.c",
     "return page->write ? 0 : VTD_FR_SM_WRITE;", "return 0;"),
    ("read right of stage 2 ignored", VTD + "walk.c",
     "return page->read ? 0 : VTD_FR_SM_READ;", "return 0;"),
    ("user bit ignored", VTD + "walk.c",
     "if (!req->priv && !page->user) {\n        return VTD_FR_FS",
     "if (0) {\n        return VTD_FR_FS"),
    ("write right of stage 1 ignored", VTD + "walk.c",
     "!(req->priv ? page->write_priv : page->write)) {\n        return VTD",
     "0) {\n        return VTD"),
    ("WPE ignored", VTD + "walk.c",
     "write || !(walk->pe->val[2] & VTD_SM_PE_WPE)", "true"),
    ("accessed bit not set", VTD + "walk.c",
     "return VTD_FL_A | (walk", "return 0 | (walk"),
    ("dirty bit not set", VTD + "walk.c", "set |= VTD_FL_D;", ""),
    ("dirty bit bypassed by the IOTLB", VTD + "walk.c",
     "    page->write &= dirty;\n", ""),
    ("extended accessed bit not set", VTD + "walk.c",
     "? VTD_FS_EA : 0);", "? 0 : 0);"),
    ("accessed bit without right of stage 2", VTD + "walk.c",
     "if (write && !page.write) {", "if (0) {"),
    ("accessed bits of stage 2 not set", VTD + "second_stage.c",
     "uint64_t set = VTD_SS_A;", "uint64_t set = 0;"),
    ("dirty bit of stage 2 not set", VTD + "second_stage.c",
     "set |= VTD_SS_D;", ""),
    ("SSADE ignored", VTD + "second_stage.c",
     "bool ad = walk->pe->val[0] & VTD_SM_PE_SSADE;", "bool ad = true;"),
    ("reserved bits of stage 1 ignored", VTD + "walk.c",
     "return vtd_fs_reserved_set(walk, step->entry, level) ?",
     "return 0 && vtd_fs_reserved_set(walk, step->entry, level) ?"),
    ("reserved bits of stage 2 ignored", VTD + "second_stage.c",
     "return vtd_ss_reserved_set(walk->s, step->entry, level) ?",
     "return 0 && vtd_ss_reserved_set(walk->s, step->entry, level) ?"),
    ("canonical check missing", VTD + "walk.c",
     "if (!vtd_fs_canonical(walk->in, level)) {",
     "if (0 && !vtd_fs_canonical(walk->in, level)) {"),
    ("limit of stage 2 missing", VTD + "second_stage.c",
     "if (walk->in >> MIN(12 + 9 * level, walk->s->aw_bits)) {", "if (0) {"),
    ("four levels always", VTD + "walk.c",
     "4 + VTD_SM_PE_FSPM(walk->pe)", "4"),
    ("PASID cache keeps nothing", VTD + "pasid_cache.c",
     "    if (!ret) {\n        g_hash_table_replace(s->nested->pasids",
     "    if (0) {\n        g_hash_table_replace(s->nested->pasids"),
    ("context cache keeps nothing", VTD + "pasid_cache.c",
     "    if (!ret) {\n        g_hash_table_replace(s->nested->contexts",
     "    if (0) {\n        g_hash_table_replace(s->nested->contexts"),
    ("PASID-cache invalidation is always global", VTD + "pasid_cache.c",
     "    return VTD_SM_PASID_ENTRY_DID(pe->val[1]) == match->did &&\n"
     "           (match->all_pasids || pasid == match->pasid);",
     "    return match && pe && pasid <= ~0u;"),
    ("PASID-cache invalidation ignores the domain", VTD + "pasid_cache.c",
     "VTD_SM_PASID_ENTRY_DID(pe->val[1]) == match->did &&", "pe &&"),
    ("size of the directory not checked", VTD + "pasid_cache.c",
     "return req->pasid < limit ? 0 : VTD_FR_SM_CE_PDTS;",
     "return limit ? 0 : 1;"),
    ("PASIDE not checked", VTD + "pasid_cache.c",
     "if (!(ce->val[0] & VTD_SM_CE_PASIDE)) {", "if (0) {"),
    ("DTE not checked", VTD + "pasid_cache.c",
     "if ((req->ats || req->translated) && !(ce->val[0] & VTD_SM_CE_DTE)) {",
     "if (req->translated && !(ce->val[0] & VTD_SM_CE_DTE)) {"),
    ("reserved bits of a PASID entry ignored", VTD + "pasid_cache.c",
     "if (vtd_pe_reserved_set(s, pe)) {",
     "if (0 && vtd_pe_reserved_set(s, pe)) {"),
    ("five levels on a unit of four", VTD + "pasid_cache.c",
     "(fspm > 1 || (fspm == 1 && !(s->cap & VTD_CAP_FS5LP)))", "fspm > 1"),
    ("FPD of the PASID entry ignored", VTD + "pasid_cache.c",
     "    *fpd |= !!(pe->val[0] & VTD_PASID_ENTRY_FPD);\n    return",
     "    return"),
    ("FPD of a cached PASID entry ignored", VTD + "pasid_cache.c",
     "        *fpd |= !!(pe->val[0] & VTD_PASID_ENTRY_FPD);\n", ""),
    ("IOTLB keeps nothing", VTD + "nested.c",
     "    vtd_nested_tlb_insert(s, req, pe, page);\n", ""),
    ("SRE not checked", VTD + "nested.c",
     "if (req->priv && !(pe->val[2] & VTD_SM_PE_SRE) &&", "if (0 &&"),
    ("execute requests pass", VTD + "nested.c",
     "    if (req->exec) {", "    if (0) {"),
    ("interrupt range reachable by translation", VTD + "nested.c",
     "    if (vtd_interrupt_range(page->addr)) {", "    if (0) {"),
    ("interrupt range blocked with a PASID", VTD + "nested.c",
     "if (!req->has_pasid && vtd_interrupt_range(req->addr)) {",
     "if (vtd_interrupt_range(req->addr)) {"),
    ("translation requests record faults", VTD + "nested.c",
     "if (req->ats && vtd_fault_recoverable(ret)) {",
     "if (0 && vtd_fault_recoverable(ret)) {"),
    ("translation requests record no fault", VTD + "nested.c",
     "if (req->ats && vtd_fault_recoverable(ret)) {",
     "if (req->ats && (1 || vtd_fault_recoverable(ret))) {"),
    ("PASID missing in faults", VTD + "nested.c",
     "hi |= VTD_FRCD_PV((uint64_t)req->pasid) | VTD_FRCD_PP(1ULL);", ""),
    ("IOTLB tagged by PASID alone", VTD + "nested_tlb.c",
     "    if (key->did != match->did) {", "    if (0) {"),
    ("PASID-based page invalidation takes the PASID", VTD + "nested_tlb.c",
     "    if (!match->by_page) {", "    if (!match->by_page || match->by_pasid) {"),
    ("PASID-based invalidation ignores the PASID", VTD + "nested_tlb.c",
     "(second_only || key->pasid != match->pasid)", "second_only"),
    ("PASID-based invalidation takes stage 2", VTD + "nested_tlb.c",
     "(second_only || key->pasid != match->pasid)",
     "(key->pasid != match->pasid)"),
    ("page invalidation of stage 2 spares nested entries", VTD + "nested_tlb.c",
     "    if (!match->by_pasid && !second_only) {", "    if (0) {"),
    ("address mask of invalidations ignored", VTD + "nested_tlb.c",
     "uint64_t size = (uint64_t)VTD_PAGE_SIZE << am;",
     "uint64_t size = VTD_PAGE_SIZE;"),
    ("size of device-TLB invalidations ignored", VTD + "nested_inv.c",
     "    if (!s_bit) {", "    if (1 || ones) {"),
    ("G of device-TLB invalidations ignored", VTD + "nested_inv.c",
     "        .global = VTD_INV_DESC_PASID_DEVICE_IOTLB_GLOBAL(desc->hi),\n",
     ""),
    ("time-out of a device not noticed", VTD + "nested_inv.c",
     "    s->nested->silent = true;\n", ""),
    ("drain does nothing", VTD + "nested_inv.c",
     "            vtd_prq_drain(s);\n", ""),
    ("reserved bits of descriptors ignored", VTD + "nested_inv.c",
     "return s->iq_dw && !(desc->val[0] & rsvd0) && "
     "!(desc->val[1] & rsvd1) &&\n           !desc->val[2] && !desc->val[3];",
     "return true || rsvd0 || rsvd1;"),
    ("fence-only wait refused", VTD + "nested_inv.c",
     "return bad ? VTD_DESC_BAD : VTD_DESC_DONE;",
     "return bad ? VTD_DESC_DONE : VTD_DESC_BAD;"),
    ("overflow of the queue not noticed", VTD + "prq.c",
     "    if (vtd_prq_full(s)) {", "    if (0 && vtd_prq_full(s)) {"),
    ("no answer after overflow", VTD + "prq.c",
     "    vtd_prq_auto_respond(s, sid, req, PCI_PRG_SUCCESS);\n", ""),
    ("PRE not checked", VTD + "prq.c",
     "    if (!(ce.val[0] & VTD_SM_CE_PRE)) {", "    if (0) {"),
    ("last flag missing", VTD + "prq.c", " | req->last << 2", ""),
    ("group index missing", VTD + "prq.c",
     "    hi |= (uint64_t)(req->prgi & 0x1ff) << 3;\n", ""),
    ("code of responses lost", VTD + "prq.c",
     "                    VTD_PGRESP_CODE(desc->val[0]));",
     "                    0);"),
    ("PASID of responses lost", VTD + "prq.c",
     "        pasid = VTD_PGRESP_PASID(desc->val[0]);\n", ""),
    ("no event of the queue", VTD + "prq.c",
     "    vtd_prq_event(s);\n", "    if (0) {\n        vtd_prq_event(s);\n    }\n"),
    ("DTE not checked for translated requests", VTD + "pasid_cache.c",
     "if ((req->ats || req->translated) && !(ce->val[0] & VTD_SM_CE_DTE)) {",
     "if (req->ats && !(ce->val[0] & VTD_SM_CE_DTE)) {"),
    ("translated requests aren't checked", VTD + "nested.c",
     "    ret = vtd_nested_get_context(s, req->sid, &ce);",
     "    if (req->translated) {\n        return 0;\n    }\n"
     "    ret = vtd_nested_get_context(s, req->sid, &ce);"),
    ("address type missing in faults", VTD + "nested.c",
     "hi |= req->ats ? VTD_FRCD_AT_TRANSLATION : VTD_FRCD_AT_TRANSLATED;", ""),
    ("absent devices complete invalidations", VTD + "nested_inv.c",
     "        return vtd_no_completion(s, sid);\n    }\n    if (!dev->iommu",
     "        return dev ? vtd_no_completion(s, sid) : VTD_DESC_DONE;\n    }\n"
     "    if (!dev->iommu"),
    ("devices complete invalidations with ATS off", VTD + "nested_inv.c",
     "           (pci_get_word(dev->config + dev->exp.ats_cap + PCI_ATS_CTRL) &\n"
     "            PCI_ATS_CTRL_ENABLE);",
     "           true;"),
    ("more pages than MAMV", VTD + "nested_inv.c",
     "VTD_INV_DESC_PIOTLB_AM(desc->val[1]) > VTD_MAMV",
     "VTD_INV_DESC_PIOTLB_AM(desc->val[1]) > 62"),
    ("IOTLB tagged with the type", VTD + "nested_tlb.c",
     "if (entry && vtd_request",
     "if (entry && entry->pgtt == vtd_pgtt(pe) && vtd_request"),
    ("accessed and dirty bits not set atomically", VTD + "second_stage.c",
     "    if (qatomic_cmpxchg(entry, old, old | cpu_to_le64(bits)) != old) {",
     "    *entry = old | cpu_to_le64(bits);\n    if (0) {"),
    ("accessed bits set in ROM", VTD + "second_stage.c",
     "        return VTD_FR_FS_BIT_UPDATE_FAILED;", "        return 0;"),
    ("XD without NXE", VTD + "walk.c", "        rsvd |= VTD_FS_XD;\n", ""),
    ("memory types without MTS", VTD + "pasid_cache.c",
     "VTD_SM_PE_RSVD1 | VTD_SM_PE_MEMORY_TYPES", "VTD_SM_PE_RSVD1"),
    ("domain ids beyond ND", VTD + "pasid_cache.c",
     "    rsvd1 |= VTD_DOMAIN_ID_MASK & (~0ULL << (4 + 2 * s->nd));\n", ""),
    ("paging structures aren't cached", VTD + "paging_cache.c",
     "    if (walk->cached || leaf->level != VTD_PT_LEVEL) {", "    if (leaf) {"),
    ("cached tables of the first stage are all PASIDs'", VTD + "paging_cache.c",
     "        (match->by_pasid && key->pasid != match->pasid)) {", "        0) {"),
    ("cached tables are all domains'", VTD + "paging_cache.c",
     "    if (key->did != match->did || (match", "    if ((match"),
    ("pages of the second stage spare cached tables of the first",
     VTD + "paging_cache.c",
     "    if (!match->by_page || (!match->by_pasid && !key->second)) {",
     "    if (!match->by_page) {"),
    ("IH ignored in the first stage", VTD + "nested_tlb.c", "    if (!hint) {",
     "    {"),
    ("IH ignored in the second stage", VTD + "nested_inv.c",
     "s->nested->hint = desc->hi & VTD_INV_DESC_IOTLB_IH;", ""),
    ("IH of the second stage always", VTD + "nested_inv.c",
     "s->nested->hint = desc->hi & VTD_INV_DESC_IOTLB_IH;",
     "s->nested->hint = true;"),
    ("domain invalidation spares cached tables", VTD + "nested_tlb.c",
     "    vtd_paging_inv_domain(s, did);\n", ""),
    ("PASID invalidation spares cached tables", VTD + "nested_tlb.c",
     "    vtd_paging_inv_pasid(s, did, pasid);\n", ""),
    ("PASID invalidation takes tables of the second stage",
     VTD + "paging_cache.c",
     "        .did = did, .by_pasid = true, .pasid = pasid, .keep_second = true,\n"
     "    });",
     "        .did = did, .by_pasid = true, .pasid = pasid,\n    });"),
    ("write right of a cached table ignored", VTD + "walk.c",
     "bool write = !walk->cached || walk->table.write;", "bool write = true;"),
    ("accessed bits of a cached table ignored", VTD + "paging_cache.c",
     "    if (table && (table->bits & bits) == bits) {", "    if (table) {"),
    ("device-selective context invalidation does nothing",
     "hw/i386/intel_iommu.c",
     "        vtd_nested_inv_context_device(s, source_id, mask);\n", ""),
    ("function mask of context invalidations ignored", VTD + "pasid_cache.c",
     "(sid & ~match->mask) == (match->sid & ~match->mask)", "sid == match->sid"),
    ("one page of page requests whatever PQS says", VTD + "prq.c",
     "    return ((VTD_PAGE_SIZE << size) - 1) & VTD_PQ_PTR_MASK;",
     "    return ((VTD_PAGE_SIZE << (size * 0)) - 1) & VTD_PQ_PTR_MASK;"),
    ("no event when the mask of the queue is taken off", VTD + "prq.c",
     "        vtd_prq_interrupt(s);\n    }\n}", "    }\n}"),
    ("message at the end of a command missing", DEV + "-dma.c",
     "        msix_notify(PCI_DEVICE(c->s), c->n);\n", ""),
    ("a device's own reset doesn't turn ATS off", DEV + ".c",
     "    pci_set_word(dev->config + ITD_ATS_CAP + PCI_ATS_CTRL, 0);\n", ""),
    ("one fault record", "hw/i386/intel_iommu_internal.h",
     "#define DMAR_FRCD_REG_NR        8ULL",
     "#define DMAR_FRCD_REG_NR        1ULL"),
    ("16 bits of PASID in faults", "hw/i386/intel_iommu_internal.h",
     "(((val) & 0xfffffULL) << 40)", "(((val) & 0xffffULL) << 40)"),
    ("queue doesn't go on after an error", "hw/i386/intel_iommu.c",
     "    if (s->nested && s->qi_enabled && !(fsts_reg & VTD_FSTS_IQE)) {",
     "    if (0) {"),
    ("pass-through bypasses the PASID cache", "hw/i386/intel_iommu.c",
     "    active = vtd_nested_active(as->iommu_state);",
     "    active = false;"),
    ("context invalidation spares the cache", "hw/i386/intel_iommu.c",
     "    if (s->nested) {\n        vtd_context_cache_flush(s);\n    }\n", ""),
    ("faults of one device collapse", "hw/i386/intel_iommu.c",
     "(!s->nested || frcd_reg == (hi | VTD_FRCD_F))", "true"),
    ("ATC isn't tagged with PASIDs", DEV + "-atc.c",
     "return e->valid && e->pasid == req->pasid && e->priv == req->priv &&",
     "return e->valid && e->priv == req->priv &&"),
    ("ATC isn't tagged with the mode", DEV + "-atc.c",
     "return e->valid && e->pasid == req->pasid && e->priv == req->priv &&",
     "return e->valid && e->pasid == req->pasid &&"),
    ("ATC invalidation takes everything", DEV + "-atc.c",
     "    return !inv->size || (", "    return inv || ("),
    ("FLR keeps the ATC", DEV + ".c",
     "    itd_atc_drop(s);\n    itd_clear_counters(s);\n    s->inv_mute",
     "    itd_clear_counters(s);\n    s->inv_mute"),
    ("enabling ATS keeps the ATC", DEV + ".c",
     "    if (!ats && itd_ats_enabled(dev)) {",
     "    if (0 && !ats && itd_ats_enabled(dev)) {"),
    ("PASID used although it is off", DEV + "-dma.c",
     "return itd_config_bits(s, ITD_PASID_CAP + PCI_PASID_CTRL, need);",
     "return s && need;"),
]


class Mutant:
    """One change of a source file; a context manager that takes it back."""

    def __init__(self, source, name, path, old, new):
        self.name, self.old, self.new = name, old, new
        self.path = os.path.join(source, path)

    def __enter__(self):
        with open(self.path, encoding="utf-8") as file:
            self.text = file.read()
        if self.text.count(self.old) != 1:
            raise ValueError("%s: the text is there %d times in %s" % (
                self.name, self.text.count(self.old), self.path))
        self._write(self.text.replace(self.old, self.new))

    def __exit__(self, *_):
        self._write(self.text)

    def _write(self, text):
        with open(self.path, "w", encoding="utf-8") as file:
            file.write(text)


def tested(build):
    """What the qtests say of the mutant: killed, survived or doesn't build."""
    qemu = "qemu-system-x86_64"
    jobs = ["-j", os.environ["RIG_JOBS"]] if os.environ.get("RIG_JOBS") else []
    made = subprocess.run(["ninja", "-C", build, *jobs, qemu], check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if made.returncode:
        return "doesn't build", made.stdout.decode().splitlines()[-12:]
    result = subprocess.run(
        [sys.executable, "-m", "qtest", os.path.join(build, qemu)], check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    lines = result.stdout.decode().splitlines()
    failed = [line for line in lines if line.startswith("not ok")]
    if result.returncode == 0:
        return "survived", failed
    return ("killed", failed) if failed else ("breaks the tests", lines[-5:])


def main(source, build, names):
    """Runs the mutants, prints KTAP."""
    chosen = [m for m in MUTANTS if not names or any(n in m[0] for n in names)]
    verdict, lines = tested(build)
    if verdict != "survived":
        sys.exit("mutants: without a change: %s" % " / ".join(lines or [verdict]))
    print("KTAP version 1\n1..%d" % len(chosen))
    start = time.time()
    bad = 0
    for number, (name, path, old, new) in enumerate(chosen, 1):
        with Mutant(source, name, path, old, new):
            verdict, lines = tested(build)
        good = verdict == "killed"
        bad += not good
        print("%s %d %s # %s, %d tests failed, %d s" % (
            "ok" if good else "not ok", number, name, verdict, len(lines),
            time.time() - start))
        for line in [] if good else lines:
            print("# " + line)
        sys.stdout.flush()
    return 1 if bad else 0


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit("usage: python3 -m qtest.mutants SOURCE BUILD [NAME...]")
    sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3:]))
