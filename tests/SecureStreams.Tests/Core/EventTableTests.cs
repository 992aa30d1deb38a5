using System.Text;
using SecureStreams.TestSupport.Approval;
using SecureStreams.TestSupport.Checks;
using SecureStreams.Transports;
using Xunit;

namespace SecureStreams.Tests.Core;

/// <summary>
/// Every event in every state, tried on one thread in one order, and what comes of it compared with the table published in docs/states.md. A cell in which nothing comes of
/// an event, or in which it cannot happen, needs a reason.
/// </summary>
public sealed class EventTableTests
{
    /// <summary>States without a row.</summary>
    private static readonly Dictionary<SsState, string> Rowless = new()
    {
        [SsState.None] = "before Creating",
        [SsState.Poll] = "Connecting follows in the same turn",
        [SsState.QosAckLocal] = "not delivered",
        [SsState.QosNackLocal] = "not delivered",
        [SsState.ServerTxn] = "of servers",
        [SsState.ServerUpgrade] = "of servers",
        [SsState.SinkJoin] = "of sinks",
        [SsState.SinkPart] = "of sinks",
    };

    /// <summary>Calls without a column.</summary>
    private static readonly Dictionary<string, string> Columnless = new(StringComparer.Ordinal)
    {
        [nameof(SecureStream.ServerAck)] = "of servers",
        [nameof(ITransportSink.ServerTransactionOnMailbox)] = "of servers",
        [nameof(ITransportSink.ServerUpgradedOnMailbox)] = "of servers",
    };

    private static IEnumerable<EventColumn> Columns => EventColumns.All.SelectMany(static group => group.Columns);

    [Fact]
    public Task The_published_table_is_what_happens() => Task.Run(
        static async () =>
        {
            // On the pool, where no synchronization context keeps continuations from running inline.
            var text = new StringBuilder();
            var wrong = new List<string>();
            foreach (var (title, columns) in EventColumns.All)
            {
                text.Append("### ").Append(title).Append("\n\n| In | ").AppendJoin(" | ", columns.Select(static column => column.Name)).Append(" |\n|---|").Insert(text.Length, "---|", columns.Count).Append('\n');
                foreach (var place in EventPlace.All)
                {
                    text.Append("| ").Append(place.Name);
                    foreach (var column in columns)
                    {
                        try
                        {
                            text.Append(" | ").Append(await EventTrial.RunAsync(place, column));
                        }
                        catch (CheckFailedException error)
                        {
                            wrong.Add(error.Message);
                        }
                    }

                    text.Append(" |\n");
                }

                text.Append('\n');
            }

            Assert.True(wrong.Count == 0, string.Join("\n\n", wrong));
            Approved.Section(text.ToString(), "docs/states.md", "events");
        },
        TestContext.Current.CancellationToken);

    [Fact]
    public void Every_state_has_a_row_or_a_reason_to_have_none()
    {
        var rows = EventPlace.All.Select(static place => place.State).ToHashSet();

        Assert.All(SsStateTable.UnderlyingStates, state => Assert.True(rows.Contains(state) != Rowless.ContainsKey(state), $"{state} needs a row, or a reason to have none, and not both."));
    }

    [Fact]
    public void Every_call_of_a_stream_and_every_call_of_a_transport_has_a_column()
    {
        var calls = typeof(SecureStream).GetMethods()
            .Where(static method => method.DeclaringType == typeof(SecureStream) && !method.IsSpecialName && (method.ReturnType == typeof(void) || method.ReturnType == typeof(ValueTask)))
            .Concat(typeof(ITransportSink).GetMethods())
            .Select(static method => method.Name);
        var columns = Columns.Select(static column => column.Member).ToHashSet();

        Assert.All(calls, call => Assert.True(columns.Contains(call) != Columnless.ContainsKey(call), $"{call} needs a column, or a reason to have none, and not both."));
    }

    [Fact]
    public void Rows_and_columns_have_names_of_their_own()
    {
        Assert.Equal(EventPlace.All.Count, EventPlace.All.Select(static place => place.Name).Distinct().Count());
        Assert.Equal(Columns.Count(), Columns.Select(static column => column.Name).Distinct().Count());
    }
}
