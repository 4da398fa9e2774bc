package server

import (
	"fmt"
	"slices"
	"strings"
)

// help lists the commands, or shows how one is written.
func (c *call) help() error {
	if len(c.args) > 0 {
		name := strings.Join(c.args, " ")
		found := false
		for _, cmd := range c.commands {
			if cmd.name == name || strings.HasPrefix(cmd.name, name+" ") {
				found = true
				c.say("%s\n  %s", cmd.usage(), cmd.does)
			}
		}
		if !found {
			return &misuse{fmt.Sprintf("There is no command %q. This lists them: %s", short(name), c.typed("help"))}
		}
		return nil
	}
	c.say("%s\n  opens the screens; with a command it does one thing:\n", strings.TrimSpace(c.typed("")))
	for _, cmd := range c.commands {
		c.say("%s\n  %s", cmd.usage(), cmd.does)
	}
	c.say("\nPut quotes around #channel and TEXT, so that your own shell leaves them alone:")
	c.say("  %s", c.typed(`"post '#everyone' 'Good morning'"`))
	c.say("--json prints one object a line. In it a channel is named without its #, a conversation by its people: @ben,@tara.")
	return c.say("The exit status is 0 only if it worked.")
}

// whoami says who I am.
func (c *call) whoami() error {
	if c.has(flagJSON) {
		return c.object(struct {
			Handle     string `json:"handle"`
			Name       string `json:"name"`
			Department string `json:"department"`
			Title      string `json:"title"`
			Admin      bool   `json:"admin"`
		}{c.me.Handle, c.me.Name, c.me.Department, c.me.Title, c.me.Admin})
	}
	parts := []string{c.me.Handle, c.me.Name, c.me.Department, c.me.Title}
	if c.me.Admin {
		parts = append(parts, "admin")
	}
	return c.say("%s", strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), " · "))
}
