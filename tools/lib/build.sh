# SPDX-License-Identifier: BSD-3-Clause
# Builds the tree. The caller has sourced say.sh and set TOP, the top of the source tree.

# build_tree DIRECTORY [MESON OPTION...]: configures the directory, the first time or when it was
# last configured with other options, then builds. Without options a directory is taken as it is.
# The output goes to DIRECTORY/bgw.log. Returns 1 if something does not build.
build_tree() {
	local directory=$1 log=$1/bgw.log options=$1/bgw.options
	shift
	mkdir -p "$directory"
	: >"$log"
	if [ ! -f "$directory/build.ninja" ]; then
		meson setup "$directory" "$TOP" "$@" >>"$log" 2>&1 || return 1
	elif [ $# -gt 0 ] && [ "$*" != "$(cat "$options" 2>/dev/null)" ]; then
		meson configure "$directory" "$@" >>"$log" 2>&1 || return 1
	fi
	[ $# = 0 ] || echo "$*" >"$options"
	ninja -C "$directory" >>"$log" 2>&1
}

# build_explain DIRECTORY: the part of the log that says why it did not build.
build_explain() {
	grep -nE 'error|ERROR|FAILED|undefined reference' "$1/bgw.log" | head -n 20
	echo "all of it is in $1/bgw.log"
}
