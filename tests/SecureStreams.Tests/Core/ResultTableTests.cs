using System.Text;
using SecureStreams.TestSupport.Approval;
using Xunit;

namespace SecureStreams.Tests.Core;

/// <summary>
/// Every result and action at every callback, tried on one thread in one order, and what follows compared with the table published in docs/states.md.
/// Each trial ends by disposing the context and checking that no timer, callback or stream is left.
/// </summary>
public sealed class ResultTableTests
{
    [Fact]
    public Task The_published_table_is_what_happens() => Task.Run(
        static async () =>
        {
            // On the pool, where no synchronization context keeps continuations from running inline.
            var text = new StringBuilder();
            await TableAsync(text, "Inside the callback", ResultTrial.Inside, outside: false);
            await TableAsync(text, "By another thread, while the callback runs", ResultTrial.Outside, outside: true);
            Approved.Section(text.ToString(), "docs/states.md", "results");
        },
        TestContext.Current.CancellationToken);

    private static async Task TableAsync(StringBuilder text, string title, string[] actions, bool outside)
    {
        text.Append("### ").Append(title).Append("\n\n| At | ").AppendJoin(" | ", actions).Append(" |\n|---|").Insert(text.Length, "---|", actions.Length).Append('\n');
        foreach (var place in ResultPlace.All)
        {
            text.Append("| ").Append(place.Name);
            foreach (var action in actions)
                text.Append(" | ").Append(await ResultTrial.RunAsync(place, action, outside));
            text.Append(" |\n");
        }

        text.Append('\n');
    }
}
