namespace SecureStreams.Simulation.Network;

/// <summary>Where one direction of one attempt stands: which piece of which message comes next.</summary>
internal struct PayloadCursor(int stream, int attempt, bool down)
{
    private int _message;
    private int _piece;

    public readonly int Message => _message;

    /// <summary>Which piece of which message comes next.</summary>
    public readonly (int Message, int Piece) Position => (_message, _piece);

    public readonly int Length => Payload.Length(stream, down, _message, _piece);

    public readonly bool Starts => _piece == 0;

    public readonly bool Ends => _piece == Payload.Pieces(stream, down, _message) - 1;

    public readonly void Fill(Span<byte> piece) => Payload.Fill(piece, attempt, _message, _piece);

    public override readonly string ToString() => $"piece {_piece} of message {_message}";

    public void Advance()
    {
        if (Ends)
        {
            _message++;
            _piece = 0;
        }
        else
        {
            _piece++;
        }
    }

    /// <summary>Takes the next piece; null when it is what should come, else what is wrong with it.</summary>
    public string? Take(ReadOnlySpan<byte> piece, bool starts, bool ends)
    {
        string? wrong = null;
        if (starts != Starts || ends != Ends)
            wrong = $"the flags (start {starts}, end {ends}) are not those of piece {_piece} of message {_message} (start {Starts}, end {Ends})";
        else if (piece.Length != Length)
            wrong = $"{piece.Length} bytes instead of {Length} of piece {_piece} of message {_message}";
        else if (!Payload.Check(piece, attempt, _message, _piece))
            wrong = $"other bytes than those of piece {_piece} of message {_message} of attempt {attempt}";
        Advance();
        return wrong;
    }
}
