/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A scan that does 5 % more than it has to. */
#define PERCENT 5U
#include "tests/fakes/slowed.h"
