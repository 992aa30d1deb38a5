using System.Collections.Immutable;

namespace SecureStreams;

/// <summary>
/// The legal steps between states: one table, used by every implementation of <see cref="SecureStream"/> and printed in <c>docs/states.md</c>.
/// </summary>
/// <remarks>
/// It is lws's table with four mends: notices (timeout, wake-up, link retry, user states) never replace the underlying state, so what was legal before a timeout
/// is legal after it; a refused transaction may reconnect just as an acknowledged one may; an attempt that follows a failed
/// authentication is announced by Poll as every retry is; and the transaction of a server may turn out to be an upgrade, since it is told
/// before it is agreed to.
/// </remarks>
public static class SsStateTable
{
    private const int Size = (int)SsState.SinkPart + 1;

    // One bit for each next state, indexed by the state the stream is in.
    private static readonly uint[] Legal = Build();

    /// <summary>Every state a stream can be in, in numeric order; notices and <see cref="SsState.UserBase"/> excluded.</summary>
    public static ImmutableArray<SsState> UnderlyingStates { get; } =
        [.. Enum.GetValues<SsState>().Where(static s => !IsNotice(s))];

    /// <summary>Whether <paramref name="state"/> is delivered without replacing the state the stream is in.</summary>
    public static bool IsNotice(SsState state) =>
        state is SsState.Timeout or SsState.EventWaitCancelled or SsState.UpstreamLinkRetry or >= SsState.UserBase;

    /// <summary>Whether a stream that is in <paramref name="from"/> may be told <paramref name="to"/>.</summary>
    /// <param name="from">The underlying state: never a notice.</param>
    /// <param name="to">The state or notice to deliver next.</param>
    public static bool IsLegal(SsState from, SsState to)
    {
        if ((uint)from >= Size || IsNotice(from))
            return false;

        // A notice says nothing about the connection, so it is legal for as long as the stream lives.
        if (IsNotice(to))
            return from is not (SsState.None or SsState.Destroying);

        return (uint)to < Size && (Legal[(int)from] & (1u << (int)to)) != 0;
    }

    /// <summary>The states that may follow <paramref name="from"/>, in numeric order, notices excluded.</summary>
    public static ImmutableArray<SsState> Next(SsState from) => [.. UnderlyingStates.Where(to => IsLegal(from, to))];

    private static uint[] Build()
    {
        var legal = new uint[Size];
        Allow(SsState.None, SsState.Creating, SsState.Destroying);
        Allow(SsState.Creating, SsState.Connecting, SsState.Poll, SsState.ServerUpgrade, SsState.Destroying);
        Allow(SsState.Disconnected, SsState.Connecting, SsState.Connected, SsState.Poll, SsState.Unreachable, SsState.Destroying);
        Allow(SsState.Unreachable, SsState.AllRetriesFailed, SsState.Poll, SsState.Unreachable, SsState.Connecting, SsState.Connected, SsState.Destroying);
        Allow(SsState.AuthFailed, SsState.AllRetriesFailed, SsState.Poll, SsState.Connecting, SsState.Destroying);
        Allow(SsState.Connected, SsState.ServerUpgrade, SsState.ServerTxn, SsState.AuthFailed, SsState.QosAckRemote, SsState.QosNackRemote,
            SsState.QosAckLocal, SsState.QosNackLocal, SsState.Disconnected, SsState.Connecting, SsState.Poll, SsState.Destroying);
        Allow(SsState.Connecting, SsState.Unreachable, SsState.AuthFailed, SsState.Connecting, SsState.Connected, SsState.QosAckRemote,
            SsState.QosNackRemote, SsState.Poll, SsState.AllRetriesFailed, SsState.Disconnected, SsState.Destroying);
        Allow(SsState.Poll, SsState.Connecting, SsState.AllRetriesFailed, SsState.Destroying);
        Allow(SsState.AllRetriesFailed, SsState.Connecting, SsState.Poll, SsState.Unreachable, SsState.Destroying);
        Allow(SsState.QosAckRemote, SsState.Disconnected, SsState.Connecting, SsState.QosAckRemote, SsState.QosNackRemote, SsState.Destroying);
        Allow(SsState.QosNackRemote, SsState.Disconnected, SsState.Connecting, SsState.QosAckRemote, SsState.QosNackRemote, SsState.Destroying);
        Allow(SsState.QosAckLocal, SsState.Disconnected, SsState.Destroying);
        Allow(SsState.QosNackLocal, SsState.Destroying);
        Allow(SsState.ServerTxn, SsState.ServerUpgrade, SsState.Disconnected, SsState.ServerTxn, SsState.Destroying);
        Allow(SsState.ServerUpgrade, SsState.ServerUpgrade, SsState.ServerTxn, SsState.Disconnected, SsState.Destroying);

        // Destroying is final; sink notifications go to the registrant directly and are not steps of a stream.
        return legal;

        void Allow(SsState from, params ReadOnlySpan<SsState> next)
        {
            foreach (var to in next)
                legal[(int)from] |= 1u << (int)to;
        }
    }
}
