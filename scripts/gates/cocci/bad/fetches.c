// SPDX-License-Identifier: GPL-2.0
// Must be found by double-fetch.cocci, once in each function.

int again(struct head *head, void __user *arg)
{
	if (copy_from_user(head, arg, sizeof(*head)))
		return -EFAULT;
	if (head->argsz > sizeof(*head))
		return -EINVAL;
	if (copy_from_user(head, arg, head->argsz))
		return -EFAULT;
	return 0;
}

int size_first(struct head *head, u32 __user *arg)
{
	u32 argsz;

	if (get_user(argsz, arg))
		return -EFAULT;
	return copy_struct_from_user(head, sizeof(*head), arg, argsz);
}

int through_a_cast(struct head *head, unsigned long arg)
{
	u32 argsz;

	if (get_user(argsz, (u32 __user *)arg))
		return -EFAULT;
	return copy_from_user(head, (void __user *)arg, argsz);
}

int word_by_word(struct head *head, struct head __user *arg)
{
	if (!user_read_access_begin(arg, sizeof(*arg)))
		return -EFAULT;
	unsafe_get_user(head->argsz, &arg->argsz, err_fault);
	if (head->argsz > sizeof(*head))
		goto err_fault;
	unsafe_get_user(head->argsz, &arg->argsz, err_fault);
	user_read_access_end();
	return 0;

err_fault:
	user_read_access_end();
	return -EFAULT;
}
