// Verifies an exported log with golang.org/x/mod/sumdb alone: the code that checks Go's own
// checksum database, and that knows nothing of this project.
//
//	verify DIR
//
// note.Open checks the checkpoint's signature under log.vkey; tlog.TileHashReader authenticates
// every tile that it reads against the checkpoint's root; tlog.ProveRecord and tlog.CheckRecord show
// that every entry of every bundle is in the tree. The files of receipts/ and balances/ are opened
// and checked in the same way, each under its own checkpoint.
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// C2SP tlog-tiles fixes the height of tiles, so it leaves it out of the paths that x/mod writes, and
// calls entries what x/mod calls data.
const height = 8

func c2spPath(tile tlog.Tile) string {
	path := strings.TrimPrefix(tile.Path(), fmt.Sprintf("tile/%d/", height))
	return "tile/" + strings.Replace(path, "data/", "entries/", 1)
}

type directory string

func (d directory) Height() int { return height }

func (d directory) SaveTiles([]tlog.Tile, [][]byte) {}

func (d directory) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var contents [][]byte
	for _, tile := range tiles {
		data, err := os.ReadFile(filepath.Join(string(d), c2spPath(tile)))
		if err != nil {
			return nil, err
		}
		contents = append(contents, data)
	}
	return contents, nil
}

// logKeys are the keys of log.vkey, a line each. All have the log's name.
type logKeys []note.Verifier

func (d directory) logKeys() (logKeys, error) {
	data, err := os.ReadFile(filepath.Join(string(d), "log.vkey"))
	if err != nil {
		return nil, err
	}
	var keys logKeys
	for _, line := range strings.Fields(string(data)) {
		key, err := note.NewVerifier(line)
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	if len(keys) == 0 {
		return nil, fmt.Errorf("log.vkey has no key")
	}
	return keys, nil
}

// openCheckpoint verifies a checkpoint's signature and reads its three lines.
func openCheckpoint(signed []byte, keys logKeys) (tlog.Tree, error) {
	opened, err := note.Open(signed, note.VerifierList(keys...))
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != keys[0].Name() {
		return tlog.Tree{}, fmt.Errorf("not a checkpoint of %s", keys[0].Name())
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	root, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: root}, err
}

// bundle reads the entries of one bundle, each with a length of two bytes before it.
func (d directory) bundle(tile tlog.Tile) ([][]byte, error) {
	contents, err := d.ReadTiles([]tlog.Tile{tile})
	if err != nil {
		return nil, err
	}
	var entries [][]byte
	for data := contents[0]; len(data) > 0; {
		if len(data) < 2 || len(data) < 2+int(binary.BigEndian.Uint16(data)) {
			return nil, fmt.Errorf("%s ends within an entry", c2spPath(tile))
		}
		end := 2 + int(binary.BigEndian.Uint16(data))
		entries = append(entries, data[2:end])
		data = data[end:]
	}
	if len(entries) != tile.W {
		return nil, fmt.Errorf("%s has %d entries", c2spPath(tile), len(entries))
	}
	return entries, nil
}

// checkEntries shows of every entry that it is in the tree.
func (d directory) checkEntries(tree tlog.Tree) error {
	hashes := tlog.TileHashReader(tree, d)
	for start := int64(0); start < tree.N; start += 1 << height {
		tile := tlog.Tile{H: height, L: -1, N: start >> height, W: 1 << height}
		if tree.N-start < 1<<height {
			tile.W = int(tree.N - start)
		}
		entries, err := d.bundle(tile)
		if err != nil {
			return err
		}
		for offset, entry := range entries {
			index := start + int64(offset)
			proof, err := tlog.ProveRecord(tree.N, index, hashes)
			if err != nil {
				return fmt.Errorf("entry %d: %v", index, err)
			}
			leaf := tlog.RecordHash(entry)
			if err := tlog.CheckRecord(proof, tree.N, tree.Hash, index, leaf); err != nil {
				return fmt.Errorf("entry %d: %v", index, err)
			}
		}
	}
	return nil
}

// checkProof verifies one c2sp.org/tlog-proof. leafOf tells which leaf its extra line speaks of.
func checkProof(data []byte, keys logKeys, leafOf func([]byte) ([]byte, error)) error {
	parts := bytes.SplitN(data, []byte("\n\n"), 2)
	lines := strings.Split(string(parts[0]), "\n")
	if len(parts) != 2 || len(lines) < 3 || lines[0] != "c2sp.org/tlog-proof@v1" {
		return fmt.Errorf("not a tlog-proof")
	}
	tree, err := openCheckpoint(parts[1], keys)
	if err != nil {
		return err
	}
	extra, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(lines[1], "extra "))
	if err != nil {
		return err
	}
	leaf, err := leafOf(extra)
	if err != nil {
		return err
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[2], "index "), 10, 64)
	if err != nil {
		return err
	}
	var proof tlog.RecordProof
	for _, line := range lines[3:] {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return err
		}
		proof = append(proof, hash)
	}
	return tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(leaf))
}

func itself(extra []byte) ([]byte, error) { return extra, nil }

func itsBlock(extra []byte) ([]byte, error) {
	var stated struct{ Block []byte }
	err := json.Unmarshal(extra, &stated)
	return stated.Block, err
}

func (d directory) checkProofs(
	folder string, keys logKeys, leafOf func([]byte) ([]byte, error),
) (int, error) {
	paths, err := filepath.Glob(filepath.Join(string(d), folder, "*.tlog-proof"))
	if err != nil {
		return 0, err
	}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err == nil {
			err = checkProof(data, keys, leafOf)
		}
		if err != nil {
			return 0, fmt.Errorf("%s: %v", filepath.Base(path), err)
		}
	}
	return len(paths), nil
}

func verify(d directory) (string, error) {
	keys, err := d.logKeys()
	if err != nil {
		return "", err
	}
	signed, err := os.ReadFile(filepath.Join(string(d), "checkpoint"))
	if err != nil {
		return "", err
	}
	tree, err := openCheckpoint(signed, keys)
	if err != nil {
		return "", fmt.Errorf("checkpoint: %v", err)
	}
	if err := d.checkEntries(tree); err != nil {
		return "", err
	}
	receipts, err := d.checkProofs("receipts", keys, itself)
	if err != nil {
		return "", err
	}
	balances, err := d.checkProofs("balances", keys, itsBlock)
	return fmt.Sprintf("checkpoint of %s: %d entries, each included under root %s; %d receipts, %d balance proofs",
		keys[0].Name(), tree.N, tree.Hash, receipts, balances), err
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: verify DIR")
		os.Exit(2)
	}
	summary, err := verify(directory(os.Args[1]))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(summary)
}
