// Reads a transparency log with Go's own note and tlog packages: verifies its checkpoint, every entry, and of many
// entries and earlier trees the proofs. Arguments: folder of the log, verifier key.
package main

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type folder string

func (folder) Height() int { return 8 }

func (folder) SaveTiles([]tlog.Tile, [][]byte) {}

func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		data, err := f.read(strings.Replace(tile.Path(), "tile/8/", "tile/", 1))
		if err != nil {
			return nil, err
		}
		all = append(all, data[:tile.W*tlog.HashSize])
	}
	return all, nil
}

func (f folder) read(path string) ([]byte, error) {
	data, err := os.ReadFile(filepath.Join(string(f), path))
	if os.IsNotExist(err) {
		whole, _, _ := strings.Cut(path, ".p/")
		return os.ReadFile(filepath.Join(string(f), whole))
	}
	return data, err
}

func main() {
	log := folder(os.Args[1])
	tree := opened(log, os.Args[2])
	hashes := tlog.TileHashReader(tree, log)
	entries := entriesOf(log, tree.N)
	must(int64(len(entries)) == tree.N, "entries are missing")
	for start := 0; start < len(entries); start += 256 {
		same(hashes, entries[start:least(start+256, len(entries))], start)
	}
	for i := 0; i < len(entries); i += 1 + len(entries)/300 {
		proof, err := tlog.ProveRecord(tree.N, int64(i), hashes)
		check(err)
		check(tlog.CheckRecord(proof, tree.N, tree.Hash, int64(i), tlog.RecordHash(entries[i])))
	}
	for old := int64(1); old <= tree.N; old += 1 + tree.N/50 {
		root, err := tlog.TreeHash(old, hashes)
		check(err)
		proof, err := tlog.ProveTree(tree.N, old, hashes)
		check(err)
		check(tlog.CheckTree(proof, tree.N, tree.Hash, old, root))
	}
	fmt.Printf("verified %d entries\n", tree.N)
}

// same holds entries against the hashes in the tiles, which the reader verifies up to the signed root.
func same(hashes tlog.HashReader, entries [][]byte, start int) {
	var wanted []int64
	for i := range entries {
		wanted = append(wanted, tlog.StoredHashIndex(0, int64(start+i)))
	}
	found, err := hashes.ReadHashes(wanted)
	check(err)
	for i, entry := range entries {
		must(found[i] == tlog.RecordHash(entry), "an entry is not the one that was logged")
	}
}

func opened(log folder, vkey string) tlog.Tree {
	verifier, err := note.NewVerifier(vkey)
	check(err)
	signed, err := log.read("checkpoint")
	check(err)
	found, err := note.Open(signed, note.VerifierList(verifier))
	check(err)
	lines := strings.Split(found.Text, "\n")
	must(lines[0] == verifier.Name(), "the checkpoint is of another log")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	check(err)
	root, err := base64.StdEncoding.DecodeString(lines[2])
	check(err)
	must(len(root) == tlog.HashSize, "the root is no hash")
	tree := tlog.Tree{N: size}
	copy(tree.Hash[:], root)
	return tree
}

func least(a, b int) int {
	if a < b {
		return a
	}
	return b
}

func entriesOf(log folder, size int64) [][]byte {
	var entries [][]byte
	for n := int64(0); n*256 < size; n++ {
		tile := tlog.Tile{H: 8, L: 0, N: n, W: least(256, int(size-n*256))}
		data, err := log.read(strings.Replace(tile.Path(), "tile/8/0/", "tile/entries/", 1))
		check(err)
		for len(data) > 0 {
			length := int(binary.BigEndian.Uint16(data))
			entries = append(entries, data[2:2+length])
			data = data[2+length:]
		}
	}
	return entries
}

func must(holds bool, what string) {
	if !holds {
		check(fmt.Errorf("%s", what))
	}
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
