#!/bin/sh
# Untested: builds an AppImage from the folder that "make bundle" creates.
# Needs appimagetool (https://github.com/AppImage/appimagetool) on the path.
set -eu
cd "$(dirname "$0")/../.."
tree=build/appimage/Bayesdesk.AppDir
rm -rf "$tree"
mkdir -p "$tree/opt" dist
cp -r build/bundle/bayesdesk "$tree/opt/bayesdesk"
cp packaging/linux/bayesdesk.desktop resources/icons/bayesdesk.svg "$tree/"
cat > "$tree/AppRun" <<'RUN'
#!/bin/sh
# Called as "bayesdesk" it is the command line, otherwise the window.
here="$(dirname "$(readlink -f "$0")")/opt/bayesdesk"
case "$(basename "${ARGV0:-bayesdesk-gui}")" in
    bayesdesk) exec "$here/bayesdesk" "$@" ;;
    *) exec "$here/bayesdesk-gui" "$@" ;;
esac
RUN
chmod +x "$tree/AppRun"
appimagetool "$tree" dist/bayesdesk-x86_64.AppImage
