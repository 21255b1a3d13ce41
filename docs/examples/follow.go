// Follows one story: go run follow.go http://127.0.0.1:3000/api/stories/harbour-bridge harbour-bridge.position
package main

import (
	"encoding/json"
	"fmt"
	"log"
	"math"
	"math/rand"
	"net/http"
	"os"
	"strings"
	"time"
)

func main() {
	story, file, position := os.Args[1], os.Args[2], ""
	if held, err := os.ReadFile(file); err == nil {
		fmt.Sscan(string(held), &story, &position)
	}
	client := http.Client{Timeout: time.Minute}
	rand.Seed(time.Now().UnixNano())
	for failed := 1.0; ; failed++ {
		path := "" // of the state, or of the diff from where we are
		if position != "" {
			path = "/diffs/" + position + "..?wait=25"
		}
		res, err := client.Get(story + path)
		if err != nil {
			res = &http.Response{Status: err.Error(), Body: http.NoBody}
		}
		var news struct {
			To, Hash, Change, Note string
			Ops                    []struct{ Op, ID string }
		}
		err = json.NewDecoder(res.Body).Decode(&news)
		res.Body.Close()
		switch code := res.StatusCode; {
		case code == 200 && err == nil, code == 204:
			story, failed = strings.TrimSuffix(res.Request.URL.String(), path), 0
			if position = news.To; position == "" {
				position = res.Header.Get("Stop-Press-Position")
			}
			fmt.Println(position, news.Hash, news.Change, news.Note, news.Ops)
			os.WriteFile(file+".new", []byte(story+" "+position), 0o644)
			os.Rename(file+".new", file)
			continue
		case code == 404 && path != "":
			position = "" // nothing leads from there: the state is next
		case code >= 400 && code < 500 && code != 410 && code != 429:
			log.Fatal(story, ": ", res.Status)
		}
		log.Print(story, ": ", res.Status)
		after, _ := time.ParseDuration(res.Header.Get("Retry-After") + "s")
		jitter := 0.5 + rand.Float64()*(math.Min(30, math.Pow(2, failed))-0.5)
		time.Sleep(after + time.Duration(jitter*float64(time.Second)))
	}
}
