// SPDX-License-Identifier: GPL-2.0
// Must be found by user-copy.cocci, once in each function.

int one(struct head *head, void __user *arg)
{
	if (copy_from_user(head, arg, sizeof(*head)))
		return -EFAULT;
	return 0;
}

int two(u32 *size, u32 __user *arg)
{
	return get_user(*size, arg);
}

int three(struct body *body, void __user *arg, size_t size)
{
	int ret = copy_struct_from_user(body, sizeof(*body), arg, size);

	return ret;
}
