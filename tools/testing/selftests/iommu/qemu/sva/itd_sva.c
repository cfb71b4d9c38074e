// SPDX-License-Identifier: GPL-2.0-only
/*
 * The least driver that shares virtual addresses: whoever opens it lends its memory
 * to the rig's iommu-testdev, by a PASID, and the kernel serves the page requests
 *
 * iommu_sva_bind_device() refuses on x86 since 6.1's stable updates: the IOMMU isn't
 * told when the kernel's half of the page tables changes. What it would call is there
 * all the same, and is called here, on a machine that has nothing to protect.
 *
 * It is there to be measured. Nothing binds to it by itself, and the registers are
 * user space's, through the device's resource0. One device, one user at a time.
 */
#include <linux/fs.h>
#include <linux/iommu.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/pci.h>

#include "itd_sva.h"

static struct device *itd_device;

static int itd_sva_open(struct inode *inode, struct file *file)
{
	const struct iommu_ops *ops = dev_iommu_ops(itd_device);
	struct iommu_sva *bond;

	if (!ops->sva_bind)
		return -EOPNOTSUPP;
	bond = ops->sva_bind(itd_device, current->mm, NULL);
	if (IS_ERR(bond))
		return PTR_ERR(bond);
	file->private_data = bond;
	return 0;
}

static int itd_sva_release(struct inode *inode, struct file *file)
{
	dev_iommu_ops(itd_device)->sva_unbind(file->private_data);
	return 0;
}

static long itd_sva_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	if (cmd != ITD_SVA_GET_PASID)
		return -ENOTTY;
	return dev_iommu_ops(itd_device)->sva_get_pasid(file->private_data);
}

static const struct file_operations itd_sva_fops = {
	.owner		= THIS_MODULE,
	.open		= itd_sva_open,
	.release	= itd_sva_release,
	.unlocked_ioctl	= itd_sva_ioctl,
};

static struct miscdevice itd_sva_misc = {
	.minor	= MISC_DYNAMIC_MINOR,
	.name	= ITD_SVA_NAME,
	.fops	= &itd_sva_fops,
};

static int itd_sva_share(struct device *dev)
{
	int ret = iommu_dev_enable_feature(dev, IOMMU_DEV_FEAT_IOPF);

	if (ret)
		return ret;
	ret = iommu_dev_enable_feature(dev, IOMMU_DEV_FEAT_SVA);
	if (ret)
		iommu_dev_disable_feature(dev, IOMMU_DEV_FEAT_IOPF);
	return ret;
}

static void itd_sva_unshare(struct device *dev)
{
	iommu_dev_disable_feature(dev, IOMMU_DEV_FEAT_SVA);
	iommu_dev_disable_feature(dev, IOMMU_DEV_FEAT_IOPF);
}

static int itd_sva_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	int ret;

	if (itd_device)
		return -EBUSY;
	ret = pcim_enable_device(pdev);
	if (ret)
		return ret;
	pci_set_master(pdev);
	ret = itd_sva_share(&pdev->dev);
	if (ret)
		return ret;
	itd_device = &pdev->dev;
	ret = misc_register(&itd_sva_misc);
	if (ret) {
		itd_device = NULL;
		itd_sva_unshare(&pdev->dev);
	}
	return ret;
}

/* With the module, which an open file keeps: see suppress_bind_attrs */
static void itd_sva_remove(struct pci_dev *pdev)
{
	misc_deregister(&itd_sva_misc);
	itd_sva_unshare(&pdev->dev);
	itd_device = NULL;
}

static struct pci_driver itd_sva_driver = {
	.name	= ITD_SVA_NAME,
	.probe	= itd_sva_probe,
	.remove	= itd_sva_remove,
	.driver	= { .suppress_bind_attrs = true },
};
module_pci_driver(itd_sva_driver);

MODULE_DESCRIPTION("Shared virtual addresses for the rig's iommu-testdev");
MODULE_LICENSE("GPL");
/* It is, though not built with it: nothing to taint the kernel for */
MODULE_INFO(intree, "Y");
