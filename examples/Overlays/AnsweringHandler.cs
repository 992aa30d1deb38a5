using SecureStreams;

namespace Overlays;

/// <summary>Answers a request with a status and no more.</summary>
/// <param name="answer">Says which; what it sets as metadata goes into headers.</param>
internal sealed class AnsweringHandler(Func<SecureStream, int> answer) : SecureStreamHandler
{
    public override SsResult OnState(SecureStream stream, in SsStateChange change)
    {
        if (change.State == SsState.ServerTxn)
        {
            stream.ServerAck(answer(stream));
            stream.RequestTransmit(0);
        }

        return SsResult.Continue;
    }
}
