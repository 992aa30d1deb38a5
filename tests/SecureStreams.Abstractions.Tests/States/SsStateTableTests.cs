using static SecureStreams.SsState;

namespace SecureStreams.Abstractions.Tests.States;

public class SsStateTableTests
{
    /// <summary>
    /// The steps that lws documents, with the three mends: notices are no rows and no columns, a refused transaction may reconnect like an acknowledged one, and the transaction of a server may become an upgrade.
    /// Acknowledgements may repeat (there for MQTT only; the table does not know the protocol). Written out a second time on purpose.
    /// </summary>
    private static readonly Dictionary<SsState, SsState[]> Expected = new()
    {
        [None] = [Creating, Destroying],
        [Creating] = [Connecting, Poll, ServerUpgrade, Destroying],
        [Disconnected] = [Connecting, Connected, Poll, Unreachable, Destroying],
        [Unreachable] = [AllRetriesFailed, Poll, Unreachable, Connecting, Connected, Destroying],
        [AuthFailed] = [AllRetriesFailed, Poll, Connecting, Destroying],
        [Connected] = [ServerUpgrade, ServerTxn, AuthFailed, QosAckRemote, QosNackRemote, QosAckLocal, QosNackLocal, Disconnected, Connecting, Poll, Destroying],
        [Connecting] = [Unreachable, AuthFailed, Connecting, Connected, QosAckRemote, QosNackRemote, Poll, AllRetriesFailed, Disconnected, Destroying],
        [Poll] = [Connecting, AllRetriesFailed, Destroying],
        [AllRetriesFailed] = [Connecting, Poll, Unreachable, Destroying],
        [QosAckRemote] = [Disconnected, Connecting, Destroying, QosAckRemote, QosNackRemote],
        [QosNackRemote] = [Disconnected, Connecting, Destroying, QosAckRemote, QosNackRemote],
        [QosAckLocal] = [Disconnected, Destroying],
        [QosNackLocal] = [Destroying],
        [ServerTxn] = [ServerUpgrade, Disconnected, ServerTxn, Destroying],
        [ServerUpgrade] = [ServerUpgrade, ServerTxn, Disconnected, Destroying],
        [Destroying] = [],
        [SinkJoin] = [],
        [SinkPart] = [],
    };

    private static readonly SsState[] Notices = [SsState.Timeout, EventWaitCancelled, UpstreamLinkRetry, UserBase, UserBase + 1, (SsState)int.MaxValue];

    [Fact]
    public void Every_pair_of_states_is_judged_as_the_table_says()
    {
        var wrong = new List<string>();
        foreach (var (from, next) in Expected)
        {
            foreach (var to in Expected.Keys)
            {
                if (SsStateTable.IsLegal(from, to) != next.Contains(to))
                    wrong.Add($"{from} -> {to} should be {(next.Contains(to) ? "legal" : "illegal")}");
            }
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public void The_expected_table_covers_every_state_that_exists()
    {
        Assert.Equal(Enum.GetValues<SsState>().Except(Notices).Order(), Expected.Keys.Order());
        Assert.Equal(Expected.Keys.Order(), SsStateTable.UnderlyingStates);
        foreach (var state in Expected.Keys)
            Assert.Equal(Expected[state].Order(), SsStateTable.Next(state));
    }

    [Fact]
    public void A_notice_is_legal_while_the_stream_lives_and_is_never_where_it_is()
    {
        foreach (var notice in Notices)
        {
            Assert.True(SsStateTable.IsNotice(notice));
            foreach (var state in Expected.Keys)
            {
                Assert.Equal(state is not (None or Destroying), SsStateTable.IsLegal(state, notice));
                Assert.False(SsStateTable.IsLegal(notice, state));
            }

            Assert.All(Notices, other => Assert.False(SsStateTable.IsLegal(notice, other)));
        }

        Assert.All(Expected.Keys, static state => Assert.False(SsStateTable.IsNotice(state)));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(21)]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(999)]
    [InlineData(int.MinValue)]
    public void A_number_that_is_no_state_is_legal_nowhere(int value)
    {
        foreach (var state in Expected.Keys)
        {
            Assert.False(SsStateTable.IsLegal((SsState)value, state));
            Assert.False(SsStateTable.IsLegal(state, (SsState)value));
        }
    }

    [Fact]
    public void Every_living_state_can_be_destroyed_and_nothing_follows()
    {
        Assert.All(Expected.Keys.Except([Destroying, SinkJoin, SinkPart]), static state => Assert.True(SsStateTable.IsLegal(state, Destroying)));
        Assert.Empty(SsStateTable.Next(Destroying));
    }

    [Fact]
    public void The_numbers_are_those_of_the_proxy_wire()
    {
        SsState[] inOrder =
        [
            None, Creating, Disconnected, Unreachable, AuthFailed, Connected, Connecting, Destroying, Poll, AllRetriesFailed, QosAckRemote, QosNackRemote, QosAckLocal,
            QosNackLocal, SsState.Timeout, ServerTxn, ServerUpgrade, EventWaitCancelled, UpstreamLinkRetry, SinkJoin, SinkPart,
        ];
        for (var i = 0; i < inOrder.Length; i++)
            Assert.Equal(i, (int)inOrder[i]);
        Assert.Equal(1000, (int)UserBase);
    }
}
