// SPDX-License-Identifier: GPL-2.0
/// The same user memory read twice on one path: what was checked at the first
/// fetch may be something else at the second.
virtual context

@twice depends on context exists@
expression src, to, size, ksize, new;
expression to2, size2, ksize2, label, label2;
type T, T2;
@@
(
*copy_from_user(to, (T)src, size)
|
*__copy_from_user(to, (T)src, size)
|
*copy_struct_from_user(to, ksize, (T)src, size)
|
*get_user(to, (T)src)
|
*__get_user(to, (T)src)
|
*unsafe_get_user(to, (T)src, label)
|
*memdup_user((T)src, size)
|
*vmemdup_user((T)src, size)
)
... when != src = new
    when any
(
*copy_from_user(to2, (T2)src, size2)
|
*__copy_from_user(to2, (T2)src, size2)
|
*copy_struct_from_user(to2, ksize2, (T2)src, size2)
|
*get_user(to2, (T2)src)
|
*__get_user(to2, (T2)src)
|
*unsafe_get_user(to2, (T2)src, label2)
|
*memdup_user((T2)src, size2)
|
*vmemdup_user((T2)src, size2)
)
