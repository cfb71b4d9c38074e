// SPDX-License-Identifier: GPL-2.0
/// User memory is read in one file of drivers/iommu/uapi, copy.c: elsewhere
/// there is no user pointer. Run on the other files.
virtual context

@copies depends on context@
expression list args;
@@
(
*copy_from_user(args)
|
*__copy_from_user(args)
|
*_copy_from_user(args)
|
*raw_copy_from_user(args)
|
*copy_struct_from_user(args)
|
*copy_from_iter(args)
|
*get_user(args)
|
*__get_user(args)
|
*unsafe_get_user(args)
|
*memdup_user(args)
|
*vmemdup_user(args)
|
*memdup_user_nul(args)
|
*strncpy_from_user(args)
|
*strndup_user(args)
)
