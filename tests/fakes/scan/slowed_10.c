/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A scan that does 10 % more than it has to. */
#define PERCENT 10U
#include "tests/fakes/slowed.h"
