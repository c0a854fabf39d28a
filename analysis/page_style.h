/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef IOTOLL_PAGE_STYLE_H
#define IOTOLL_PAGE_STYLE_H

/* The page's style sheet. */
extern const char page_style[];

#endif
