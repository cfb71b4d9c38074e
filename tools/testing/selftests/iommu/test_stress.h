/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tests: binding, invalidating, mapping and detaching all at once. What each
 * call returns is one of what the contract allows, and in the end the device is
 * translated as if nothing had been.
 */

#include <time.h>

#define STRESS_SECONDS	3

struct stress {
	struct vm *vm;
	struct stage1 *s1;
	__u64 gpa;
	time_t end;
};

/* What a thread returns: the first result that may not be, or 0 */
typedef int (*stress_step)(struct stress *stress);

static int one_of(int ret, int allowed)
{
	return ret == allowed ? 0 : ret;
}

static void *repeat(struct stress *stress, stress_step step)
{
	int ret = 0;

	while (!ret && time(NULL) < stress->end)
		ret = step(stress);
	return (void *)(long)ret;
}

static int step_bind(struct stress *stress)
{
	int ret = vm_bind(stress->vm, ALL, &stress->s1[0]);

	return ret ?: bind_config(stress->vm, IOMMU_PASID_CONFIG_ABORT);
}

static int step_invalidate(struct stress *stress)
{
	struct vm *vm = stress->vm;
	int ret;

	ret = invalidate(vm, inv_addr(ASID, VA, SZ_4K, 3));
	if (!ret)
		ret = invalidate(vm, inv_cd(EVERY_ID));
	return ret ?: invalidate(vm, inest_inv_all(IOMMU_CACHE_INV_TYPE_IOTLB));
}

/* The other group may be gone at any time */
static int step_other_group(struct stress *stress)
{
	struct iommu_cache_invalidate_info info = inv_cd(0);
	struct vm *vm = stress->vm;
	int group = vm->dev[1].group;
	int ret;

	ret = one_of(vm_bind(vm, group, &stress->s1[1]), -ENODEV);
	if (!ret)
		ret = one_of(inest_cache_invalidate(vm->container, group,
						    &info),
			     -ENODEV);
	return ret ?: one_of(inest_unbind_pasid_table(vm->container, group),
			     -ENODEV);
}

static int step_map(struct stress *stress)
{
	struct vm *vm = stress->vm;
	int ret = inest_dma_unmap(vm->container, stress->gpa, SZ_4K);

	if (ret)
		return ret;
	return inest_dma_map(vm->container, stress->gpa,
			     guest_ptr(&vm->guest, stress->gpa), SZ_4K,
			     VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE);
}

static int step_detach(struct stress *stress)
{
	struct vm *vm = stress->vm;
	int ret = inest_group_detach(vm->dev[1].group);

	return ret ?: inest_group_attach(vm->dev[1].group, vm->container);
}

#define STRESS_THREAD(name)						\
	static void *thread_##name(void *stress)			\
	{								\
		return repeat(stress, step_##name);			\
	}

STRESS_THREAD(bind)
STRESS_THREAD(invalidate)
STRESS_THREAD(other_group)
STRESS_THREAD(map)
STRESS_THREAD(detach)

TEST_F_TIMEOUT(pair, everything_at_once, 60)
{
	void *(*const threads[])(void *) = {
		thread_bind, thread_invalidate, thread_other_group, thread_map,
		thread_detach,
	};
	pthread_t id[ARRAY_SIZE(threads)];
	struct stress stress = {
		.vm = &self->vm,
		.s1 = self->s1,
		.end = time(NULL) + STRESS_SECONDS,
	};
	void *result;
	size_t i;

	stress.gpa = guest_alloc_loose(&self->vm.guest);
	edu_close(&self->vm.dev[1].edu);
	for (i = 0; i < ARRAY_SIZE(threads); i++)
		ASSERT_EQ(0, pthread_create(&id[i], NULL, threads[i],
					    &stress));
	for (i = 0; i < ARRAY_SIZE(threads); i++) {
		ASSERT_EQ(0, pthread_join(id[i], &result));
		EXPECT_EQ(0, (long)result)
			TH_LOG("thread %zu", i);
	}

	ASSERT_EQ(0, inest_unbind_pasid_table(self->vm.container, ALL));
	ASSERT_EQ(0, vm_start_device(&self->vm, 1));
	for (i = 0; i < 2; i++)
		ASSERT_EQ(0, vm_bind(&self->vm, self->vm.dev[i].group,
				     &self->s1[i]));
	expect_both(_metadata, self);
}

/* A mapping that takes long, because it allocates and pins so much memory */
#define LONG_MAP_IOVA	0x100000000ULL
#define LONG_MAP_SIZE	(48UL << 20)

struct long_map {
	int container;
	__u64 cd;
	void *mem;
	double seconds;
	bool done;
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static void *map_long(void *data)
{
	struct long_map *map = data;
	double start = now();
	int ret;

	ret = inest_dma_map(map->container, LONG_MAP_IOVA, map->mem,
			    LONG_MAP_SIZE, VFIO_DMA_MAP_FLAG_READ);
	map->seconds = now() - start;
	__atomic_store_n(&map->done, true, __ATOMIC_RELEASE);
	return (void *)(long)ret;
}

/* Calls @info until the mapping is there; returns the longest time of one */
static double longest_invalidation(struct vm *vm, struct long_map *map,
				   struct iommu_cache_invalidate_info info)
{
	double start, longest = 0;

	while (!__atomic_load_n(&map->done, __ATOMIC_ACQUIRE)) {
		start = now();
		if (invalidate(vm, info))
			return -1;
		if (now() - start > longest)
			longest = now() - start;
	}
	return longest;
}

static void *bind_until_mapped(void *data)
{
	struct long_map *map = data;
	struct iommu_pasid_table_config config = config_translate(map->cd);
	int ret = 0;

	while (!ret && !__atomic_load_n(&map->done, __ATOMIC_ACQUIRE))
		ret = inest_bind_pasid_table(map->container, ALL, &config);
	return (void *)(long)ret;
}

/*
 * Invalidations do not wait for a mapping that another thread makes, nor for one
 * that waits for it
 */
static void expect_no_waiting(struct __test_metadata *_metadata,
			      struct _test_data_one *self, bool bind)
{
	void *(*const threads[])(void *) = { map_long, bind_until_mapped };
	struct long_map map = {
		.container = self->vm.container,
		.cd = self->s1.cd,
	};
	pthread_t id[2];
	double longest;
	void *result;
	int i;

	map.mem = mmap(NULL, LONG_MAP_SIZE, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, map.mem);
	for (i = 0; i < 1 + bind; i++)
		ASSERT_EQ(0, pthread_create(&id[i], NULL, threads[i], &map));
	longest = longest_invalidation(&self->vm, &map, inv_asid(ASID));
	for (i = 0; i < 1 + bind; i++) {
		ASSERT_EQ(0, pthread_join(id[i], &result));
		EXPECT_EQ(0, (long)result);
	}
	TH_LOG("mapping took %.3f s, the longest invalidation %.3f s",
	       map.seconds, longest);
	EXPECT_TRUE(longest >= 0 && longest < map.seconds / 2);
	EXPECT_EQ(self->a, vm_lands(&self->vm, 0, VA));
}

TEST_F_TIMEOUT(one, invalidate_during_map, 60)
{
	expect_no_waiting(_metadata, self, false);
}

TEST_F_TIMEOUT(one, invalidate_during_map_and_bind, 60)
{
	expect_no_waiting(_metadata, self, true);
}
