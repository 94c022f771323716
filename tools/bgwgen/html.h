/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGWGEN_HTML_H
#define BGWGEN_HTML_H

#include <stdio.h>

/*
 * Text in HTML, safe as content and as an attribute's value: the five characters that mean
 * something are written as references; control characters, which HTML forbids, as spaces.
 */
void html_text(FILE *out, const char *text);

#endif
