// SPDX-License-Identifier: GPL-2.0
// Must not be found by double-fetch.cocci.

int head_then_rest(struct head *head, void __user *arg)
{
	if (copy_from_user(head, arg, sizeof(*head)))
		return -EFAULT;
	return copy_from_user(head + 1, arg + sizeof(*head), head->argsz);
}

int either(void *to, void __user *arg, bool small)
{
	if (small)
		return copy_from_user(to, arg, 4);
	return copy_from_user(to, arg, 8);
}
