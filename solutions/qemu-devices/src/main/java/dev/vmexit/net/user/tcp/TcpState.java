package dev.vmexit.net.user.tcp;

/// The state of a connection as RFC 9293 draws it, seen from the network's end.
///
/// `CONNECTING` stands before them: the guest's SYN waits until the host's socket is connected, so
/// that a refusal can be told as one.
///
/// @spec https://www.rfc-editor.org/rfc/rfc9293 RFC 9293, section 3.3.2 "State Machine Overview"
enum TcpState {
    CONNECTING,
    SYN_SENT,
    SYN_RECEIVED,
    ESTABLISHED,
    FIN_WAIT_1,
    FIN_WAIT_2,
    CLOSE_WAIT,
    CLOSING,
    LAST_ACK,
    TIME_WAIT,
    CLOSED;

    TcpState finSent() {
        return switch (this) {
            case ESTABLISHED -> FIN_WAIT_1;
            case CLOSE_WAIT -> LAST_ACK;
            default -> this;
        };
    }

    TcpState finAcknowledged() {
        return switch (this) {
            case FIN_WAIT_1 -> FIN_WAIT_2;
            case CLOSING -> TIME_WAIT;
            case LAST_ACK -> CLOSED;
            default -> this;
        };
    }

    TcpState finReceived() {
        return switch (this) {
            case ESTABLISHED -> CLOSE_WAIT;
            case FIN_WAIT_1 -> CLOSING;
            case FIN_WAIT_2 -> TIME_WAIT;
            default -> this;
        };
    }

    /// {@return whether the guest may still send data}
    boolean receives() {
        return this == ESTABLISHED || this == FIN_WAIT_1 || this == FIN_WAIT_2;
    }

    /// {@return whether both ends have agreed on their sequence numbers}
    boolean isSynchronized() {
        return compareTo(ESTABLISHED) >= 0 && this != CLOSED;
    }
}
