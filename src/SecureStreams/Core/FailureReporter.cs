using SecureStreams.Network;
using SecureStreams.Policy;
using SecureStreams.Transports;

namespace SecureStreams.Core;

/// <summary>Turns a failure into what operators see (published, logged) and what the handler is told.</summary>
internal static class FailureReporter
{
    private const int MaxErrorLength = 1024;

    // Every stream keeps its last details for itself; what a peer said at length is kept once, by the context.
    private const int MaxOwnPeerText = 1024;

    /// <summary>Publishes the detail, whose cause refers to it.</summary>
    /// <returns>It, for the stream to keep: a longer text of the peer is cut off in it.</returns>
    public static SsDetail Report(StreamRuntime runtime, LocalStream stream, StreamTypePolicy policy, SsState state, TransportFailure failure, SsCause cause) =>
        Report(runtime, stream.StreamType, stream.Id, policy, state, failure, cause);

    /// <summary>As for a stream, for whatever else has a streamtype and an id; <paramref name="policy"/> is null when the streamtype is gone.</summary>
    public static SsDetail Report(StreamRuntime runtime, string streamType, long id, StreamTypePolicy? policy, SsState state, TransportFailure failure, SsCause cause)
    {
        cause = cause with { DetailId = runtime.Diagnostics.NextId() };
        var detail = Describe(runtime, streamType, id, policy, state, failure, cause, failure.PeerText);
        runtime.Diagnostics.Publish(detail);

        // What the application asked for needs nobody's attention.
        if (failure.Code == SsCauseCode.LocalDisconnect)
            CoreLog.Ended(runtime.Logger, streamType, id, state, failure.Message, cause);
        else if (MayBeLogged(runtime, streamType, cause))
            CoreLog.Failed(runtime.Logger, streamType, id, state, failure.Message, cause);
        return failure.PeerText is { Length: > MaxOwnPeerText } text
            ? Describe(runtime, streamType, id, policy, state, failure, cause, $"{text[..MaxOwnPeerText]} ... ({text.Length} characters in all, in the context's diagnostics)")
            : detail;
    }

    /// <summary>As <see cref="Report(StreamRuntime, string, long, StreamTypePolicy?, SsState, TransportFailure, SsCause)"/>, of what has a message of its own in the log.</summary>
    public static SsDetail Note(StreamRuntime runtime, string streamType, StreamTypePolicy? policy, SsState state, TransportFailure failure)
    {
        var detail = Describe(runtime, streamType, 0, policy, state, failure, new SsCause(failure.Phase, failure.Code) { DetailId = runtime.Diagnostics.NextId() }, failure.PeerText);
        runtime.Diagnostics.Publish(detail);
        return detail;
    }

    /// <summary>Whether a failure has a line of the log. Of those that peers bring about at will each is counted, and not each is written.</summary>
    private static bool MayBeLogged(StreamRuntime runtime, string streamType, in SsCause cause)
    {
        if (runtime.FailureLimit is not { } limit)
            return true;
        runtime.Telemetry.Instruments.AcceptedFailed(streamType, cause);
        if (limit.TryEnter())
            return true;
        runtime.Telemetry.Instruments.Dropped(streamType, "log_line");
        return false;
    }

    private static SsDetail Describe(
        StreamRuntime runtime, string streamType, long id, StreamTypePolicy? policy, SsState state, TransportFailure failure, SsCause cause, string? peerText) =>
        new()
        {
            Id = cause.DetailId,
            Time = runtime.Platform.Time.GetUtcNow(),
            StreamType = streamType,
            StreamId = id,
            State = state,
            Cause = cause,
            Message = failure.Message,
            Endpoint = failure.Endpoint,
            Candidates = failure.Candidates,
            Times = failure.Dial?.Times,
            Errors = Chain(failure.Error),
            PeerText = peerText,
            Policy = failure.Attribute is { } attribute && policy is not null ? Locate(policy, attribute) : null,
        };

    private static SsPolicyPosition Locate(StreamTypePolicy policy, string attribute) =>
        policy.Locate(attribute) is { } at ? new SsPolicyPosition(at.File, at.Line, at.Column, $"{policy.Name}.{attribute}")
        : policy.Proxy is { Location.File: { } file } proxy && proxy.Attribute == attribute ? new SsPolicyPosition(file, proxy.Location.Line, proxy.Location.Column, attribute)
        : policy.Retry is { } scheme && scheme.Locate(attribute) is { } there ? new SsPolicyPosition(there.File, there.Line, there.Column, $"retry {scheme.Name}.{attribute}")
        : new SsPolicyPosition("policy", 0, 0, $"{policy.Name}.{attribute}");

    private static List<string> Chain(Exception? error)
    {
        var messages = new List<string>();
        for (; error is not null; error = error.InnerException)
        {
            // Wrappers that only carry a failure repeat its message. The platform quotes what a peer sent in some of its messages, whole and as it came.
            if (error is not TransportException)
                messages.Add($"{error.GetType().Name}: {OperatorText.Clean(error.Message, MaxErrorLength)}");
        }

        return messages;
    }
}
