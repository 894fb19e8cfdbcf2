// Reads lines of "<component> <file>" and parses each file strictly with Buildbarn's own protobuf
// schema of that component: an unknown field, a wrong type or a wrong name of a constant is a fault.
package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"github.com/buildbarn/bb-remote-execution/pkg/proto/configuration/bb_runner"
	"github.com/buildbarn/bb-remote-execution/pkg/proto/configuration/bb_scheduler"
	"github.com/buildbarn/bb-remote-execution/pkg/proto/configuration/bb_worker"
	"github.com/buildbarn/bb-storage/pkg/proto/configuration/bb_storage"
)

// The browser's schema is in a repository of its own, which has no Go module that could be fetched.
var schemas = map[string]func() proto.Message{
	"storage":   func() proto.Message { return &bb_storage.ApplicationConfiguration{} },
	"frontend":  func() proto.Message { return &bb_storage.ApplicationConfiguration{} },
	"scheduler": func() proto.Message { return &bb_scheduler.ApplicationConfiguration{} },
	"worker":    func() proto.Message { return &bb_worker.ApplicationConfiguration{} },
	"runner":    func() proto.Message { return &bb_runner.ApplicationConfiguration{} },
}

func check(component, file string) error {
	schema, ok := schemas[component]
	if !ok {
		return fmt.Errorf("no schema for %s", component)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	return protojson.Unmarshal(text, schema())
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		component, file, _ := strings.Cut(lines.Text(), " ")
		if err := check(component, file); err != nil {
			fmt.Printf("%s: %v\n", component, err)
		} else {
			fmt.Printf("%s: ok\n", component)
		}
	}
}
