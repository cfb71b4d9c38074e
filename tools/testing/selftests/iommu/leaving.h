/* SPDX-License-Identifier: GPL-2.0-only */
/* An open device that something else wants to go away, and waits for */
#ifndef SELFTEST_IOMMU_LEAVING_H
#define SELFTEST_IOMMU_LEAVING_H

#include <errno.h>
#include <pthread.h>
#include <unistd.h>
#include <linux/vfio.h>

#include "iommu-nesting.h"
#include "pci_user.h"
#include "vm.h"

/**
 * struct leaving - How it goes away
 * @thread: waits until it is closed
 * @asked: eventfd by which vfio-pci asks for it
 */
struct leaving {
	pthread_t thread;
	int asked;
};

static inline void *unbind_driver(void *bdf)
{
	return (void *)(long)inest_pci_unbind(bdf);
}

/**
 * leaving_begin - Have a device taken away
 * @leaving: filled in
 * @device: file descriptor of the VFIO device
 * @bdf: its address
 * @leave: called with the address; returns 0 when the device has gone
 *
 * Return: 0 when it is asked for, or a negative errno
 */
static inline int leaving_begin(struct leaving *leaving, int device,
				const char *bdf, void *(*leave)(void *bdf))
{
	leaving->asked = pci_user_irq(device, VFIO_PCI_REQ_IRQ_INDEX, 0);
	if (leaving->asked < 0)
		return leaving->asked;
	if (pthread_create(&leaving->thread, NULL, leave, (void *)bdf))
		return -EAGAIN;
	return pci_user_irq_arrived(leaving->asked, 30000) ? 0 : -ETIMEDOUT;
}

/**
 * leaving_end - Close the device, and wait until it has gone
 * @leaving: what leaving_begin() filled in
 * @vm: the machine of the device
 * @dev: which of its devices
 *
 * Return: what the function that takes it away returned
 */
static inline long leaving_end(struct leaving *leaving, struct vm *vm, int dev)
{
	void *result;

	vm_stop_device(vm, dev);
	pthread_join(leaving->thread, &result);
	close(leaving->asked);
	return (long)result;
}

#endif /* SELFTEST_IOMMU_LEAVING_H */
