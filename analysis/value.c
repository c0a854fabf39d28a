/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/value.h"

#include <math.h>
#include <stdlib.h>

json_t *value_number(double number)
{
    return isfinite(number) ? json_real(number) : json_null();
}

json_t *value_spoilt(void)
{
    return json_string_nocheck("\xff");
}

json_t *value_text(struct text *text)
{
    size_t length;
    char *data = text_close(text, &length);
    json_t *string = data ? json_stringn(data, length) : value_spoilt();

    free(data);
    return string;
}
