/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What kernels have and older headers lack: numbers of the kernel's interface, which never
 * change. */
#ifndef IOTOLL_COMPAT_H
#define IOTOLL_COMPAT_H

#ifndef RWF_DONTCACHE
#define RWF_DONTCACHE 0x80 /* preadv2(2), Linux 6.14 */
#endif

#ifndef IORING_SEND_ZC_REPORT_USAGE
#define IORING_SEND_ZC_REPORT_USAGE (1U << 3) /* Linux 6.2 */
#define IORING_NOTIF_USAGE_ZC_COPIED (1U << 31)
#endif

#endif
