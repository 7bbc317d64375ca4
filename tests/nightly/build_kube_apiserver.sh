#!/usr/bin/env bash
# Builds the API server of Kubernetes from Debian's source package, into the folder that is named: minutes, and
# 2 GB of scratch space. Once it is there, nothing is done.
set -euo pipefail

into=$(realpath -m "${1:?the folder to build into}")
if [ -x "$into/kube-apiserver" ]; then
	exit 0
fi
for program in apt-get dpkg-source make rsync jq /usr/lib/go-1.19/bin/go; do
	command -v "$program" > /dev/null || {
		echo "$program is missing: apt-get install dpkg-dev golang-1.19-go etcd-server jq make rsync" >&2
		exit 1
	}
done

scratch=$(mktemp -d)
trap 'chmod -R u+w "$scratch"; rm -rf "$scratch"' EXIT
chmod 755 "$scratch"
cd "$scratch"

# The sources of the system's own packages, from where the packages come; the system's lists stay as they are.
mkdir -p etc lists/partial
for list in /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list; do
	if [ -f "$list" ]; then
		sed -E 's/^Types: .*/Types: deb-src/; s/^deb /deb-src /' "$list" > "etc/$(basename "$list" .list)" || true
	fi
done
[ -f etc/sources ] && mv etc/sources etc/system.list
own=(-o Dir::Etc::sourcelist=/dev/null -o "Dir::Etc::sourceparts=$scratch/etc" -o "Dir::State::lists=$scratch/lists")
apt-get "${own[@]}" -qq update
apt-get "${own[@]}" -qq source kubernetes > /dev/null
apt-get -qq download golang-github-modern-go-reflect2-dev
dpkg-deb -x golang-github-modern-go-reflect2-dev_*.deb newer

cd kubernetes-*/
# What comes with the source walks maps as Go did before 1.18, and crashes over custom resources.
rm vendor/github.com/modern-go/reflect2/*.go vendor/github.com/modern-go/reflect2/*.s
cp ../newer/usr/share/gocode/src/github.com/modern-go/reflect2/*.{go,s} vendor/github.com/modern-go/reflect2/
rm -f vendor/github.com/modern-go/reflect2/*_test.go
mkdir -p .go/src/k8s.io
ln -s ../../.. .go/src/k8s.io/kubernetes
env HOME="$scratch" GOPATH="$PWD/.go" GOFLAGS= CGO_ENABLED=0 PATH="/usr/lib/go-1.19/bin:$PATH" \
	make WHAT=cmd/kube-apiserver
mkdir -p "$into"
cp _output/bin/kube-apiserver "$into/"
