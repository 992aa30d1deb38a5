using SecureStreams.Implementation;

namespace SecureStreams.Transports.Mqtt;

/// <summary>One stream's attempt as its connection sees it. What is not said to be readable from anywhere is the connection's mailbox's.</summary>
internal sealed partial class MqttMember(MqttConnection connection, MqttTransport transport, MqttAttempt attempt) : IMailboxWork
{
    /// <summary>The connection. From any thread.</summary>
    public MqttConnection Connection => connection;

    /// <summary>The stream's side. From any thread.</summary>
    public MqttTransport Transport => transport;

    /// <summary>Where it leads. From any thread.</summary>
    public MqttAttempt Attempt => attempt;

    /// <summary>What the policy says. From any thread.</summary>
    public MqttPlan Plan => transport.Plan;

    /// <summary>Messages that were handed over and are not on their way; null for none. Whoever holds the batch sets it.</summary>
    public MqttBatch? Batch { get; set; }

    /// <summary>The network connection that it is on; null while it waits for the next one.</summary>
    public MqttLink? Link { get; set; }

    /// <summary>Whether that connection was made while it waited.</summary>
    public bool Waited { get; set; }

    /// <summary>Whether it ends in order: nothing more is sent, and answers are waited for.</summary>
    public bool IsFinishing { get; set; }

    /// <summary>Where it stands.</summary>
    public MqttStage Stage { get; set; }

    /// <summary>Subscriptions that the broker has still to answer.</summary>
    public int PendingFilters { get; set; }

    /// <summary>Of the message that comes in now: whether it goes past this stream.</summary>
    public bool SkipsMessage { get; set; }

    /// <summary>Of the message that comes in now: whether all of it so far waits in the stream's queue.</summary>
    public bool HasQueuedFirst { get; set; }

    /// <summary>The last message that was found to be for this stream: a message that several of its filters match is for it once.</summary>
    public long LastMatch { get; set; }

    /// <summary>Whether the stream has left, and what comes for it is kept until it is back.</summary>
    public bool IsAway { get; set; }

    /// <summary>Whether no other stream was on the connection when it left.</summary>
    public bool WasLast { get; set; }

    /// <summary>When it left, a timestamp of the clock.</summary>
    public long LeftAt { get; set; }

    /// <summary>Of a stream that is away: the message that comes in for it.</summary>
    public List<MqttPiece> Arriving { get; } = [];

    /// <summary>Messages that were dropped since the stream last kept up.</summary>
    public long Dropped { get; set; }

    /// <summary>Asks the connection for something. From any thread.</summary>
    public void Post(MqttRequest request) => connection.Mailbox.Post(this, (long)request);

    void IMailboxWork.RunOnMailbox(long argument) => connection.RequestedOnMailbox(this, (MqttRequest)argument);
}
