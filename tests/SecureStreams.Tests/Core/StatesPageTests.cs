using System.Text;
using SecureStreams.TestSupport.Approval;
using Xunit;

namespace SecureStreams.Tests.Core;

/// <summary>The table and diagram of legal steps in docs/states.md are made from the table that the runtime uses.</summary>
public sealed class StatesPageTests
{
    [Fact]
    public async Task The_explanation_on_the_page_is_one_of_the_runtime()
    {
        await using var world = new CoreWorld("""
            {
              "retry": [{ "patient": { "backoff": [1000, 5000], "conceal": 65535, "jitterpc": 0 } }],
              "s": [{ "readings": { "endpoint": "peer.test", "port": 8080, "protocol": "raw", "retry": "patient" } }]
            }
            """);
        world.Play = static peer => peer.Accept();
        var (stream, _) = world.Create("readings");
        world.Do(stream.Connect);
        world.Do(() => world.Peers[0].Close(CoreBench.Reset));
        world.Play = static peer => peer.Close(CoreBench.Refused);
        world.PassSeconds(1);

        Approved.Section($"```text\n{stream.Explain()}\n```\n", "docs/states.md", "explanation");
    }

    [Fact]
    public void The_legal_steps_of_the_page_are_those_of_the_runtime()
    {
        var text = new StringBuilder("| From | To |\n|---|---|\n");
        foreach (var from in SsStateTable.UnderlyingStates)
        {
            var next = SsStateTable.Next(from);
            text.Append($"| {from} | {(next.IsEmpty ? "nothing" : string.Join(", ", next))} |\n");
        }

        text.Append("\nThe steps of a client stream that is not destroyed:\n\n```mermaid\nstateDiagram-v2\n");
        SsState[] client =
        [
            SsState.Creating, SsState.Poll, SsState.Connecting, SsState.Connected, SsState.QosAckRemote, SsState.QosNackRemote,
            SsState.Disconnected, SsState.Unreachable, SsState.AuthFailed, SsState.AllRetriesFailed,
        ];
        foreach (var from in client)
        {
            foreach (var to in SsStateTable.Next(from).Intersect(client))
                text.Append($"    {from} --> {to}\n");
        }

        Approved.Section(text.Append("```\n").ToString(), "docs/states.md", "steps");
    }
}
