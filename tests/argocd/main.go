// Command cmp is Argo CD's own server of config management plugins, and a client that asks it as the repo server does.
//
//	cmp server [FLAGS]                                       as argocd-cmp-server
//	cmp match|parameters|generate SOCKET ROOT APP [NAME=VALUE...]   prints the answer as JSON; APP is a directory below ROOT
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"google.golang.org/grpc"

	server "github.com/argoproj/argo-cd/v3/cmd/argocd-cmp-server/commands"
	"github.com/argoproj/argo-cd/v3/cmpserver/apiclient"
	"github.com/argoproj/argo-cd/v3/util/cmp"
)

// The answers of the server, each at the end of a stream that takes the files.
type stream[Answer any] interface {
	cmp.StreamSender
	grpc.ClientStream
	CloseAndRecv() (Answer, error)
}

func send[Answer any](asked stream[Answer], err error, root, app string, variables []string) (any, error) {
	if err != nil {
		return nil, err
	}
	if err := cmp.SendRepoStream(asked.Context(), app, root, asked, variables, []string{".git/*"}); err != nil {
		return nil, err
	}
	return asked.CloseAndRecv()
}

func ask(verb, socket, root, app string, variables []string) (any, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 90*time.Second)
	defer cancel()
	connection, client, err := apiclient.NewConfigManagementPluginClientSet(socket).NewConfigManagementPluginClient()
	if err != nil {
		return nil, err
	}
	defer connection.Close()
	switch verb {
	case "match":
		asked, err := client.MatchRepository(ctx)
		return send(asked, err, root, app, variables)
	case "parameters":
		asked, err := client.GetParametersAnnouncement(ctx)
		return send(asked, err, root, app, variables)
	case "generate":
		asked, err := client.GenerateManifest(ctx)
		return send(asked, err, root, app, variables)
	}
	return nil, fmt.Errorf("no such verb: %s", verb)
}

func main() {
	if len(os.Args) > 1 && os.Args[1] == "server" {
		command := server.NewCommand()
		command.SetArgs(os.Args[2:])
		if command.Execute() != nil {
			os.Exit(1)
		}
		return
	}
	if len(os.Args) < 5 {
		fmt.Fprintln(os.Stderr, "usage: cmp server | cmp match|parameters|generate SOCKET ROOT APP [NAME=VALUE...]")
		os.Exit(2)
	}
	answer, err := ask(os.Args[1], os.Args[2], os.Args[3], os.Args[4], os.Args[5:])
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(answer)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
