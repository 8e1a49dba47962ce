#!/bin/sh
# Untested: builds Bayesdesk.app and a disk image with the recipe that all packages share.
set -eu
cd "$(dirname "$0")/../.."
python3 -m venv build/shipped
build/shipped/bin/pip install --constraint packaging/constraints.txt '.[gui]' pyinstaller
build/shipped/bin/python packaging/bundle/build.py
hdiutil create -volname Bayesdesk -srcfolder build/bundle/Bayesdesk.app -ov -format UDZO dist/bayesdesk-macos.dmg
