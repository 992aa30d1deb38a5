using SecureStreams.Transports;

namespace SecureStreams.Server.Tests;

/// <summary>Passes on what a transport tells, and says when it has ended: who has lent it a request of the web server may give that back then.</summary>
internal sealed class EndWitness(ITransportSink sink, TaskCompletionSource over) : ITransportSink
{
    public void ConnectedOnMailbox(StreamTransport transport) => sink.ConnectedOnMailbox(transport);

    public void WritableOnMailbox(StreamTransport transport, bool due) => sink.WritableOnMailbox(transport, due);

    public void ReceivedOnMailbox(StreamTransport transport, ReadOnlySpan<byte> payload, SsRxFlags flags) => sink.ReceivedOnMailbox(transport, payload, flags);

    public void UserStateOnMailbox(StreamTransport transport, SsState state, int status) => sink.UserStateOnMailbox(transport, state, status);

    public void ServerTransactionOnMailbox(StreamTransport transport) => sink.ServerTransactionOnMailbox(transport);

    public void ServerUpgradedOnMailbox(StreamTransport transport) => sink.ServerUpgradedOnMailbox(transport);

    public void RestartedOnMailbox(StreamTransport transport, TransportFailure reason) => sink.RestartedOnMailbox(transport, reason);

    public void AcknowledgedOnMailbox(StreamTransport transport, bool ack, TransportFailure? refusal, int status, long message = 0) => sink.AcknowledgedOnMailbox(transport, ack, refusal, status, message);

    public void ClosedOnMailbox(StreamTransport transport, TransportFailure? failure)
    {
        sink.ClosedOnMailbox(transport, failure);
        over.TrySetResult();
    }
}
