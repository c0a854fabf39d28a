/* SPDX-License-Identifier: GPL-3.0-or-later */
/* JSON values of what analysis found. */
#ifndef IOTOLL_VALUE_H
#define IOTOLL_VALUE_H

#include <jansson.h>

#include "common/text.h"

/* null for what JSON cannot say: NaN, infinities. */
json_t *value_number(double number);

/* The end of a text, as a string. If memory ran out, it is one that no dump takes (its bytes are no UTF-8):
 * what lacks a sentence is not written at all. */
json_t *value_text(struct text *text);

/* Such a string, where something else could not be made. */
json_t *value_spoilt(void);

#endif
