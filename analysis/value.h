/* SPDX-License-Identifier: GPL-3.0-or-later */
/* JSON values of what analysis found. */
#ifndef IOTOLL_VALUE_H
#define IOTOLL_VALUE_H

#include <jansson.h>

#include "common/text.h"

/* null for what JSON cannot say: NaN, infinities. */
json_t *value_number(double number);

/* The end of a text, as a string; NULL if memory ran out. */
json_t *value_text(struct text *text);

#endif
