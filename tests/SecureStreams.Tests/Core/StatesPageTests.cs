using System.Text;
using SecureStreams.TestSupport.Approval;
using Xunit;

namespace SecureStreams.Tests.Core;

/// <summary>The table and diagram of legal steps in docs/states.md are made from the table that the runtime uses.</summary>
public sealed class StatesPageTests
{
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
            SsState.Disconnected, SsState.Unreachable, SsState.AllRetriesFailed,
        ];
        foreach (var from in client)
        {
            foreach (var to in SsStateTable.Next(from).Intersect(client))
                text.Append($"    {from} --> {to}\n");
        }

        Approved.Section(text.Append("```\n").ToString(), "docs/states.md", "steps");
    }
}
