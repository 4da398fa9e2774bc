package server

import (
	"strconv"
	"strings"

	"tincan/store"
	"tincan/store/archive"
)

// keyLine is a key as --json prints it.
type keyLine struct {
	Number      int    `json:"number"`
	Fingerprint string `json:"fingerprint"`
	Kind        string `json:"kind"`
	Label       string `json:"label"`
	Added       string `json:"added"` // RFC 3339
	Used        string `json:"used"`  // RFC 3339; "" for never
}

func (c *call) keyObject(number int, k store.Key) error {
	return c.object(keyLine{number, k.Fingerprint, k.Kind, k.Label, stamp(k.AddedAt), stamp(k.UsedAt)})
}

// keyList lists my keys with the numbers that remove takes.
func (c *call) keyList() error {
	keys, err := c.store.Keys(c.ctx, c.me.ID)
	if err != nil {
		return err
	}
	for i, k := range keys {
		used := "never used"
		if !k.UsedAt.IsZero() {
			used = "used " + c.when(k.UsedAt)
		}
		if c.has(flagJSON) {
			err = c.keyObject(i+1, k)
		} else {
			err = c.say("%d  %s  %s  %s  %s", i+1, k.Fingerprint, k.Kind, k.Label, used)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// keyAdd lets a key in, or makes a code with which another device brings its own.
func (c *call) keyAdd() error {
	if len(c.args) == 0 {
		return c.linkCode()
	}
	line, err := c.body(c.args[0])
	if err != nil {
		return err
	}
	k, err := archive.ParseKey(line)
	if err != nil {
		return refuse(err, "%s", err)
	}
	if k, err = c.store.AddKey(c.ctx, c.me.ID, k); err != nil {
		return err
	}
	if !c.has(flagJSON) {
		return c.say("%s lets you in from now on.", k.Fingerprint)
	}
	keys, err := c.store.Keys(c.ctx, c.me.ID)
	if err != nil {
		return err
	}
	return c.keyObject(numberOf(keys, k.Fingerprint), k)
}

func (c *call) linkCode() error {
	code, err := c.store.CreateLinkCode(c.ctx, c.me.ID)
	if err != nil {
		return err
	}
	if c.has(flagJSON) {
		return c.object(struct {
			Code    string `json:"code"`
			Expires string `json:"expires"` // RFC 3339
		}{code.Text, stamp(code.Expires)})
	}
	c.say("Link code: %s", code.Text)
	return c.say("Within ten minutes, type this on the other device and give it that code: %s", strings.TrimSpace(c.typed("")))
}

// keyRemove takes a key away.
func (c *call) keyRemove() error {
	keys, err := c.store.Keys(c.ctx, c.me.ID)
	if err != nil {
		return err
	}
	n := numberOf(keys, c.args[0])
	if n < 1 || n > len(keys) {
		return refuse(nil, "You have no such key. This lists them: %s", c.typed("key list"))
	}
	k := keys[n-1]
	if err := c.store.RemoveKey(c.ctx, c.me.ID, k.ID); err != nil {
		return err
	}
	if c.has(flagJSON) {
		return c.keyObject(n, k)
	}
	return c.say("%s lets nobody in any more.", k.Fingerprint)
}

// numberOf is the number in a list of the key that a fingerprint or a number names; 0 for none.
func numberOf(keys []store.Key, name string) int {
	for i, k := range keys {
		if k.Fingerprint == name || k.Fingerprint == "SHA256:"+name {
			return i + 1
		}
	}
	n, _ := strconv.Atoi(name)
	return n
}
