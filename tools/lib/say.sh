# SPDX-License-Identifier: BSD-3-Clause
# What the commands show on the screen. Colour only where standard output is a terminal, and not
# where NO_COLOR is set.

say_bold='' say_dim='' say_green='' say_red='' say_off=''
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ] && [ "${TERM:-dumb}" != dumb ]; then
	say_bold=$'\e[1m' say_dim=$'\e[2m' say_green=$'\e[32m' say_red=$'\e[31m' say_off=$'\e[0m'
fi

# say_title TEXT: the head of a section.
say_title() {
	printf '\n%s%s%s\n' "$say_bold" "$1" "$say_off"
}

# say_done WHAT [DETAIL]: a step that is over and went well.
say_done() {
	printf '  %sok%s    %-34s %s%s%s\n' "$say_green" "$say_off" "$1" "$say_dim" "${2:-}" "$say_off"
}

# say_failed WHAT [DETAIL]: a step that went wrong.
say_failed() {
	printf '  %sFAIL%s  %-34s %s\n' "$say_red" "$say_off" "$1" "${2:-}"
}

# say_note TEXT: a line under the step above.
say_note() {
	printf '        %s%s%s\n' "$say_dim" "$1" "$say_off"
}

# die TEXT: what stopped the command and what to do about it.
die() {
	printf '%s: %s\n' "${0##*/}" "$1" >&2
	exit 1
}
