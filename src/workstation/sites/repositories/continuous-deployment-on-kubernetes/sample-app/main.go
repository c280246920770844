// gceme shows where it runs. As a backend it answers with facts as JSON, as a frontend it asks a backend for them and
// shows them on a card.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"html/template"
	"log"
	"net/http"
	"os"
)

const version string = "1.0.0"

// Instance is what is known of the place where the program runs.
type Instance struct {
	Name    string
	Version string
	Error   string
}

func main() {
	isFrontend := flag.Bool("frontend", false, "show a page instead of JSON")
	port := flag.Int("port", 8080, "the port to listen on")
	backend := flag.String("backend-service", "http://127.0.0.1:8081", "where the backend is")
	flag.Parse()

	http.HandleFunc("/version", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "%s\n", version)
	})
	http.HandleFunc("/healthz", func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusOK)
	})
	if *isFrontend {
		page := template.Must(template.New("page").Parse(html))
		http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
			page.Execute(w, ask(*backend))
		})
	} else {
		http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
			json.NewEncoder(w).Encode(own())
		})
	}
	log.Fatal(http.ListenAndServe(fmt.Sprintf(":%d", *port), nil))
}

func own() Instance {
	name, err := os.Hostname()
	if err != nil {
		return Instance{Error: err.Error()}
	}
	return Instance{Name: name, Version: version}
}

func ask(backend string) Instance {
	var instance Instance
	response, err := http.Get(backend)
	if err != nil {
		return Instance{Error: err.Error()}
	}
	defer response.Body.Close()
	if err := json.NewDecoder(response.Body).Decode(&instance); err != nil {
		return Instance{Error: err.Error()}
	}
	return instance
}
