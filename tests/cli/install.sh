# make install into a folder, run from there, and away again.

make_()
{
	make --no-print-directory B="$B" ${SAN:+SAN=$SAN} "$@"
}
there=$tmp/dest
check "make install" make_ install DESTDIR="$there" PREFIX=/usr
for f in bin/nfwalk share/man/man1/nfwalk.1 share/man/man5/nfwalk-test.5 \
    share/man/man7/nfwalk-rules.7 share/man/man5/nfwalk-json.5 \
    share/doc/nfwalk/README.md share/doc/nfwalk/LICENSE \
    share/zsh/site-functions/_nfwalk share/bash-completion/completions/nfwalk \
    share/fish/vendor_completions.d/nfwalk.fish; do
	check "installed $f" test -s "$there/usr/$f"
done
same "installed, it runs" "$(nfwalk --version)" \
    "$(cd / && "$there/usr/bin/nfwalk" --version)"
check "installed, it works" bash -c "cd / && $there/usr/bin/nfwalk trace \
    --expect DROP -r $PWD/$edge '$packet'"
check "make uninstall" make_ uninstall DESTDIR="$there" PREFIX=/usr
same "nothing is left" "" "$(find "$there" ! -type d)"
check "but the sources are" test -s README.md -a -s LICENSE

# One version, and the package's is that.
same "version of the package" "$(nfwalk --version)" \
    "nfwalk $(sed -n '1s/.*(\([^)]*\)).*/\1/p' debian/changelog)"

# A static program, where there are static libraries.
if [ -n "${CJSON:-}" ] || [ -e "$(pkg-config --variable=libdir \
    libcjson)/libcjson.a" ]; then
	check "make static" make_ static ${CJSON:+CJSON=$CJSON}
	check "it is static" bash -c '! ldd ./nfwalk-static 2>/dev/null'
	same "static, it runs" "$(nfwalk --version)" \
	    "$(./nfwalk-static --version)"
else
	echo "note: make static skipped: there is no libcjson.a, and no CJSON=DIR"
	skipped=$((skipped + 1))
fi
