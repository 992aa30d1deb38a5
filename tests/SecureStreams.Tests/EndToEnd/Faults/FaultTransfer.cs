using System.Globalization;
using System.Text;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.TestSupport.Wires;

namespace SecureStreams.Tests.EndToEnd.Faults;

/// <summary>
/// One transfer that begins anew for as long as it takes to be whole. Everything that an attempt delivers is compared as it comes: it may be cut short, with a reason, but it is never
/// wrong, and never called whole when it is not.
/// </summary>
internal sealed class FaultTransfer(TestWire wire, FaultPlan plan) : WireHandler(wire, plan.Task, plan.Up ? plan.Length : 0, plan.Seed)
{
    private readonly TaskCompletionSource _whole = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly byte[] _expected = plan.Up
        ? Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{DeterministicBytes.Sha256(plan.Length, plan.Seed)} {plan.Length}"))
        : DeterministicBytes.Make((int)plan.Length, plan.Seed);

    private int _received;

    /// <summary>Completes when all has come; fails when something else came.</summary>
    public Task Whole => _whole.Task;

    /// <summary>The ends that came before that: the cause, and what an operator reads.</summary>
    public List<(SsCause Cause, string Text)> Ends { get; } = [];

    public override SsResult OnState(SecureStream stream, in SsStateChange change)
    {
        switch (change.State)
        {
            case SsState.Connecting:
                _received = 0;
                break;

            case SsState.QosAckRemote:
                if (_received < _expected.Length)
                    Fail($"{_received} of {_expected.Length} bytes came, and were called whole.");
                _whole.TrySetResult();
                break;

            // A server that is made believe that a request ends early says so.
            case SsState.QosNackRemote when !plan.Faults.Any(static fault => fault.Kind == FaultKind.EndToServer):
                Fail($"The server refused it: {change.Ack}.");
                break;

            case SsState.Disconnected or SsState.Unreachable when !_whole.Task.IsCompleted:
                Ends.Add((change.Cause, stream.Context.Diagnostics.Find(change.Cause.DetailId)?.Message ?? ""));

                // Refused: then it is not policy that begins anew.
                if (change.Cause.NextAction == SsNextAction.Idle)
                    stream.Connect();
                break;
        }

        return base.OnState(stream, change);
    }

    public override SsResult OnReceive(SecureStream stream, ReadOnlySpan<byte> payload, SsRxFlags flags)
    {
        var rest = _expected.AsSpan(Math.Min(_received, _expected.Length));
        var compared = Math.Min(payload.Length, rest.Length);
        if (!payload[..compared].SequenceEqual(rest[..compared]))
            Fail($"What came at {_received} is not what was sent.");

        // Over HTTP the answer to an upload goes on with how the body was framed.
        if (payload.Length > compared && !(plan.Up && Wire.IsTransactional))
            Fail($"{payload.Length - compared} bytes too many came.");
        _received += payload.Length;

        if (Wire.IsTransactional)
            return SsResult.Continue;
        if (_received == _expected.Length)
        {
            _whole.TrySetResult();
            stream.Disconnect();
            return SsResult.Continue;
        }

        return flags.HasFlag(SsRxFlags.PeerEndOfStream) ? SsResult.Disconnect : SsResult.Continue;
    }

    private void Fail(string what) => _whole.TrySetException(new InvalidOperationException(what));
}
