# Sourced by ble-lab: builds the lab's parts into $cache, each in a folder named by a hash of what it is made from, so that
# clones of different age share one cache.

# Debian's kernel series; its security updates are taken as they come. BlueZ is pinned to a release.
linux_series=6.12
bluez_version=5.66
bluez_sha256=a231fb9d151780edf6d2536c81914e2dbd3daa36b68f486badaf98a7f34021e4

# What the lab runs with, and what building it takes beside that.
run_packages=(busybox-static dbus-daemon dbus-bin libasound2 libdw1 libglib2.0-0 libreadline8 libudev1)
build_packages=(gcc libc6-dev make flex bison bc patch xz-utils)

recipe() { cat "$@" | sha256sum | cut -c1-12; }
kernel_folder() { echo "$cache/linux-$linux_series-$({ echo "$linux_series" && cat "$here"/kernel/*; } | recipe)"; }
btvirt_folder() { echo "$cache/btvirt-$bluez_version-$({ echo "$bluez_version" && cat "$here"/btvirt/*; } | recipe)"; }
bluez_folder() { echo "$cache/bluez-$bluez_version"; }

# Prints nothing where the lab can run.
what_is_missing() {
    local program missing=()
    [[ $(uname -sm) == "Linux x86_64" ]] || {
        echo "the lab runs on Linux on x86-64 alone"
        return
    }
    for program in busybox dbus-daemon dbus-send; do
        command -v $program >/dev/null || missing+=($program)
    done
    if [[ ${#missing[@]} -gt 0 ]]; then
        echo "not installed: ${missing[*]}; as root: $here/ble-lab setup, or: apt-get install ${run_packages[*]}"
    elif [[ ! -x $(kernel_folder)/linux || ! -x $(btvirt_folder)/btvirt || ! -x $(bluetoothd) ]]; then
        echo "not built yet: run $here/ble-lab setup"
    elif program=$(ldd "$(bluetoothd)" "$(bluez_folder)/usr/bin/btmon" | grep 'not found'); then
        echo "libraries of bluetoothd are not installed: apt-get install ${run_packages[*]} ($program)"
    fi
}

bluetoothd() { echo "$(bluez_folder)/usr/libexec/bluetooth/bluetoothd"; }

set_up() {
    mkdir -p "$cache"
    [[ $cache != *[[:space:]\"\']* ]] || fail "the lab's folder must have no blank and no quotation mark in its name: $cache"
    # Whoever comes second waits, and finds everything there.
    exec 9>"$cache/lock"
    flock -n 9 || { say "another set-up is at work; waiting for it" && flock 9; }
    [[ -n $(what_is_missing) ]] || return 0
    grep -qsx 'VERSION_CODENAME=bookworm' /etc/os-release || fail "the lab is built from the packages of Debian 12, and this is another system"
    install_packages
    [[ -x $(bluetoothd) ]] || part bluetoothd unpack_bluez "$(bluez_folder)"
    [[ -x $(btvirt_folder)/btvirt ]] || part "the controllers" build_btvirt "$(btvirt_folder)"
    [[ -x $(kernel_folder)/linux ]] || part "the kernel" build_kernel "$(kernel_folder)"
    local missing
    missing=$(what_is_missing)
    [[ -z $missing ]] || fail "$missing"
}

install_packages() {
    local wanted=("${run_packages[@]}" "${build_packages[@]}") absent=() package
    for package in "${wanted[@]}"; do
        [[ $(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || absent+=("$package")
    done
    [[ ${#absent[@]} -gt 0 ]] || return 0
    [[ $(id -u) -eq 0 ]] || fail "these packages are needed; as root: apt-get install ${absent[*]}"
    say "installing ${absent[*]}"
    export DEBIAN_FRONTEND=noninteractive
    apt-get -qq update >&2
    apt-get -qq install --yes --no-install-recommends "${absent[@]}" >&2
}

# part WHAT FUNCTION FOLDER: runs the function in a scratch folder; what it leaves in out/ becomes FOLDER at once or not at all.
part() {
    local what=$1 build=$2 folder=$3 scratch started=$SECONDS
    say "building $what"
    scratch=$(mktemp -d "$cache/build.XXXXXX")
    # Debian's package tools read as a user of their own.
    chmod 755 "$scratch"
    mkdir "$scratch/out"
    if ! (cd "$scratch" && set -e && $build) >"$scratch/log" 2>&1; then
        tail -n 20 "$scratch/log" >&2
        mv "$scratch/log" "$cache/failed.log"
        rm -rf "$scratch"
        fail "$what could not be built; the whole log is $cache/failed.log"
    fi
    rm -rf "$folder"
    mv "$scratch/out" "$folder"
    rm -rf "$scratch"
    say "built $what in $((SECONDS - started)) s"
}

# Not installed, only unpacked: this machine gets no Bluetooth service from it.
unpack_bluez() {
    fetch download bluez
    dpkg -x bluez_*.deb out
}

build_btvirt() {
    fetch source --download-only bluez
    echo "$bluez_sha256  bluez_$bluez_version.orig.tar.xz" | sha256sum --check
    tar -xJf "bluez_$bluez_version.orig.tar.xz"
    cd "bluez-$bluez_version"
    local change
    for change in "$here"/btvirt/*.patch; do patch -p1 <"$change"; done
    touch config.h
    gcc -O2 -w -D_GNU_SOURCE -DVERSION="\"$bluez_version-lab\"" -DHAVE_CONFIG_H -I. -Ilib -Isrc -o ../out/btvirt \
        emulator/{main,serial,server,vhci,btdev,bthost,smp,phy,amp,le}.c lib/{bluetooth,hci,uuid}.c \
        src/shared/{util,queue,crypto,ecc,mainloop,mainloop-notify,timeout-mainloop,io-mainloop,btsnoop,log}.c
}

build_kernel() {
    fetch download "linux-source-$linux_series"
    dpkg -x "linux-source-${linux_series}"_*.deb unpacked
    tar -xJf "unpacked/usr/src/linux-source-$linux_series.tar.xz"
    cd "linux-source-$linux_series"
    local change
    for change in "$here"/kernel/*.patch; do [[ ! -e $change ]] || patch -p1 <"$change"; done
    make ARCH=um SUBARCH=x86_64 KCONFIG_ALLCONFIG="$here/kernel/config" allnoconfig
    local option
    while read -r option; do
        grep -qx "$option" .config || { echo "this kernel does not take $option" && return 1; }
    done < <(grep '^CONFIG_' "$here/kernel/config")
    make ARCH=um SUBARCH=x86_64 -j"$(nproc)" linux
    strip -o ../out/linux linux
    cp .config ../out/config
    make -s ARCH=um kernelversion >../out/version
}

# fetch WORDS: apt-get, thrice, into this folder, from the machine's own Debian sources, asked for source packages too, with lists of
# our own, so that neither root nor a change of the machine's settings is needed.
fetch() {
    local lists=$cache/apt attempt
    mkdir -p "$lists/sources" "$lists/state/lists/partial" "$lists/cache/archives/partial"
    debian_sources
    local options=(-q -o "Dir::Etc::sourcelist=/dev/null" -o "Dir::Etc::sourceparts=$lists/sources"
        -o "Dir::State::lists=$lists/state/lists" -o "Dir::Cache=$lists/cache" -o "Acquire::Retries=5" -o "APT::Sandbox::User=")
    for attempt in 1 2 3; do
        apt-get "${options[@]}" update && apt-get "${options[@]}" "$@" && return
        sleep $((attempt * 5))
    done
    return 1
}

debian_sources() {
    local file=/etc/apt/sources.list.d/debian.sources
    if [[ -e $file ]]; then
        sed 's/^Types:.*/Types: deb deb-src/' $file >"$lists/sources/debian.sources"
        return
    fi
    sed -n 's/^deb \(.*debian.*\)/deb \1\ndeb-src \1/p' /etc/apt/sources.list >"$lists/sources/debian.list"
}
