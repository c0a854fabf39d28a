#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# usage: kernels_fetch.sh DIR SERIES...
# Fetches the newest packaged kernel of each series ("6.1"), in the flavour for virtual machines, from wherever
# this machine gets its packages, and unpacks it: DIR/SERIES/vmlinuz and DIR/SERIES/modules. Nothing is
# installed. One that is there already is left as it is; remove its directory to get a newer one.
set -eu

# The newest package of a series, or nothing.
newest() {
    apt-cache search --names-only "^linux-image-$(echo "$1" | sed 's/\./\\./g')[.-][^ ]*-cloud-$(dpkg --print-architecture)\$" |
        cut -d ' ' -f 1 | sort -V | tail -n 1
}

fetch() {
    directory=$1 series=$2
    package=$(newest "$series")
    if [ -z "$package" ] && [ "$(id -u)" = 0 ]; then
        apt-get update -q >&2
        package=$(newest "$series")
    fi
    if [ -z "$package" ]; then
        echo "no kernel $series among this machine's packages (apt-get update; another source of packages?)" >&2
        return 1
    fi
    rm -rf "${directory:?}/$series" "${directory:?}/.$series"
    mkdir -p "$directory/.$series"
    (
        cd "$directory/.$series"
        if [ "$(id -u)" = 0 ]; then
            apt-get download -q -o APT::Sandbox::User=root "$package" >&2
        else
            apt-get download -q "$package" >&2
        fi
        dpkg-deb -x ./*.deb .
        rm -f ./*.deb
        [ -d lib/modules ] || ln -s usr/lib lib
        release=${package#linux-image-}
        PATH=$PATH:/usr/sbin:/sbin depmod -b . "$release"
        ln -s "boot/vmlinuz-$release" vmlinuz
        ln -s "lib/modules/$release" modules
    )
    mv "$directory/.$series" "$directory/$series"
}

into=$1
shift
for wanted; do
    [ -e "$into/$wanted/vmlinuz" ] || fetch "$into" "$wanted"
done
