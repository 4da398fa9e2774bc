package tui

import (
	"slices"
	"strings"
)

// emoji is a character and the name by which most programs know it.
type emoji struct{ name, text string }

// emojis are those that people at work use most, in the order of their names. It is read-only after start.
var emojis = newEmojis(`
+1 👍 thumbsup 👍 -1 👎 thumbsdown 👎 100 💯 airplane ✈️ alarm_clock ⏰ angry 😠 apple 🍎 arrow_down ⬇️ arrow_left ⬅️ arrow_right ➡️ arrow_up ⬆️
astonished 😲 balloon 🎈 bar_chart 📊 bear 🐻 beer 🍺 beers 🍻 bell 🔔 bike 🚲 birthday 🎂 blue_heart 💙 blush 😊 bomb 💣 book 📖 books 📚 boom 💥
broken_heart 💔 bug 🐛 bulb 💡 bus 🚌 cake 🍰 calendar 📅 camera 📷 car 🚗 cat 🐱 champagne 🍾 chart 📈 check ✅ white_check_mark ✅ cherry_blossom 🌸 chicken 🐔
clap 👏 clipboard 📋 clock ⏰ cloud ☁️ clown 🤡 coffee ☕ cold_sweat 😰 computer 💻 confetti 🎊 confused 😕 construction 🚧 cookie 🍪 cool 😎 sunglasses 😎
cow 🐮 cry 😢 crown 👑 crystal_ball 🔮 cupcake 🧁 dancer 💃 dart 🎯 disappointed 😞 dizzy 💫 dog 🐶 dolphin 🐬 door 🚪 egg 🥚 email 📧 exclamation ❗
eyes 👀 face_palm 🤦 factory 🏭 fingers_crossed 🤞 fire 🔥 fish 🐟 flag 🏁 floppy_disk 💾 flushed 😳 four_leaf_clover 🍀 fox 🦊 frowning 😦 gear ⚙️ gem 💎 ghost 👻
gift 🎁 grapes 🍇 green_heart 💚 grin 😁 grinning 😀 hammer 🔨 handshake 🤝 heart ❤️ heart_eyes 😍 hedgehog 🦔 hourglass ⏳ house 🏠 hugs 🤗 hundred 💯
innocent 😇 joy 😂 key 🔑 kiss 😘 laptop 💻 laughing 😆 leaves 🍃 lock 🔒 mag 🔍 mailbox 📬 mask 😷 medal 🏅 megaphone 📣 memo 📝 microscope 🔬 money 💰
moon 🌙 mountain ⛰️ muscle 💪 musical_note 🎵 nerd 🤓 neutral 😐 no_entry ⛔ ok 🆗 ok_hand 👌 orange_heart 🧡 owl 🦉 package 📦 palm_tree 🌴 panda 🐼 paperclip 📎
party 🥳 partying_face 🥳 tada 🎉 pencil ✏️ pensive 😔 phone 📞 pin 📌 pizza 🍕 point_down 👇 point_left 👈 point_right 👉 point_up 👆 pray 🙏 purple_heart 💜 pushpin 📌
question ❓ rabbit 🐰 rainbow 🌈 raised_hands 🙌 recycle ♻️ relaxed ☺️ rocket 🚀 rofl 🤣 rose 🌹 ruler 📏 salute 🫡 scream 😱 seedling 🌱 ship 🚢 shrug 🤷
sleeping 😴 sleepy 😪 slight_smile 🙂 smile 😄 smiley 😃 smirk 😏 snail 🐌 snowflake ❄️ snowman ⛄ sob 😭 sparkles ✨ speech_balloon 💬 star ⭐ stopwatch ⏱️ strawberry 🍓
sun ☀️ sunflower 🌻 sunny ☀️ sweat 😓 sweat_smile 😅 sweet 🍬 taxi 🚕 tea 🍵 telescope 🔭 tent ⛺ thinking 🤔 ticket 🎫 tools 🛠️ train 🚆 tree 🌳 trophy 🏆
truck 🚚 tulip 🌷 turtle 🐢 umbrella ☔ unamused 😒 unicorn 🦄 unlock 🔓 upside_down 🙃 victory ✌️ v ✌️ warning ⚠️ watermelon 🍉 wave 👋 whale 🐳 wink 😉 wrench 🔧
x ❌ yellow_heart 💛 yum 😋 zap ⚡ zzz 💤`)

func newEmojis(table string) []emoji {
	words := strings.Fields(table)
	list := make([]emoji, 0, len(words)/2)
	for pair := range slices.Chunk(words, 2) {
		list = append(list, emoji{pair[0], pair[1]})
	}
	slices.SortStableFunc(list, func(a, b emoji) int { return strings.Compare(a.name, b.name) })
	return list
}

// emojisNamed are those whose name begins so, and then those with a word of it that does.
func emojisNamed(begin string, most int) []emoji {
	var first, then []emoji
	for _, e := range emojis {
		switch {
		case strings.HasPrefix(e.name, begin):
			first = append(first, e)
		case strings.Contains(e.name, "_"+begin):
			then = append(then, e)
		}
	}
	all := append(first, then...)
	return all[:min(len(all), most)]
}
