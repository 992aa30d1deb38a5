using System.Text;

namespace SecureStreams.Tool.Running;

/// <summary>What is sent. Used on the stream's mailbox, by <see cref="RunHandler"/>.</summary>
internal abstract class RequestBody : IAsyncDisposable
{
    /// <summary>The <c>--data</c> that stands for standard input.</summary>
    public const string StandardInput = "-";

    /// <summary>Bytes handed over in this attempt. Read from other threads for progress.</summary>
    public long Sent { get; protected set; }

    /// <summary>Messages handed over whole.</summary>
    public int Messages { get; protected set; }

    /// <summary>What the last piece is marked with; <see cref="SsTxFlags.EndOfStream"/> ends this side of the connection with it.</summary>
    public SsTxFlags EndFlags { get; init; } = SsTxFlags.EndOfMessage;

    /// <summary>Whether all of it was handed over.</summary>
    public virtual bool IsDone => true;

    /// <summary>Whether something of it waits to be sent, and not for whoever writes it.</summary>
    public virtual bool IsPending => !IsDone;

    /// <summary>How long it is, where that is known beforehand.</summary>
    public abstract long? Length { get; }

    /// <summary>Why nothing more can be sent, after <see cref="SsTransmitResult.Disconnect"/>.</summary>
    public string Problem { get; protected set; } = "";

    /// <summary>Opens what <c>--data</c> names.</summary>
    /// <param name="data">As given; null for none.</param>
    /// <param name="lines">Whether each line is a message of its own.</param>
    /// <param name="endFlags">What the last piece is marked with.</param>
    /// <exception cref="UnusableInputException">The file cannot be read.</exception>
    public static RequestBody Open(string? data, bool lines, SsTxFlags endFlags)
    {
        switch (data)
        {
            case null:
                return new NoBody { EndFlags = endFlags };
            case StandardInput:
                return new StreamedBody(SecureStreams.Tool.StandardInput.Open(), lines) { EndFlags = endFlags };
            case ['@', .. var path]:
                try
                {
                    return Open(InputFile.Open(path), lines, endFlags);
                }
                catch (Exception error) when (InputFile.IsUnreadable(error))
                {
                    throw new UnusableInputException(InputFile.Describe(path, error));
                }

            default:
                var bytes = Encoding.UTF8.GetBytes(data);
                return lines ? new StreamedBody(new MemoryStream(bytes), lines) { EndFlags = endFlags } : new KnownBody(new MemoryStream(bytes), bytes.Length) { EndFlags = endFlags };
        }
    }

    // Devices, and files that the system makes up when they are read, claim to be empty and are not.
    private static RequestBody Open(FileStream file, bool lines, SsTxFlags endFlags)
    {
        if (!file.CanSeek || lines)
            return new StreamedBody(file, lines) { EndFlags = endFlags };
        if (file.Length > 0 || file.ReadByte() < 0)
            return new KnownBody(file, file.Length) { EndFlags = endFlags };
        file.Position = 0;
        return new StreamedBody(file, lines) { EndFlags = endFlags };
    }

    /// <summary>Asks the stream to send it, connecting for that.</summary>
    public abstract void Request(SecureStream stream);

    /// <summary>An attempt begins: the body is sent from its beginning. False when that is not possible any more; <see cref="Problem"/> says why.</summary>
    public abstract bool TryRestart();

    /// <summary>Fills one transmit callback.</summary>
    public abstract SsTransmitResult Fill(SecureStream stream, scoped ref SsTransmit tx);

    /// <summary>Nothing more will be asked for.</summary>
    public virtual void Stop()
    {
    }

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();
}
